import { accountProblems } from "./account-problems.ts";
import { accountRouteProblems } from "./account-route-problems.ts";
import { paymentProblems } from "./payment-problems.ts";
import type { ProblemRow } from "./problem-row.ts";
import { dialectProblems } from "./dialect-problems.ts";
import { jobProblems } from "./job-problems.ts";
import { serverProblems } from "./server-problems.ts";
import { uploadProblems } from "./upload-problems.ts";
import { webhookProblems } from "./webhook-problems.ts";

/**
 * The only list of errors. The `ProblemCode` type, the OpenAPI responses and docs/problems.md are derived from it. `fix` tells the caller what to do
 * next; `retryable` is whether the same request may succeed later. The rows of the 5xx codes are in `server-problems.ts`, those of uploads in `upload-problems.ts`, those of jobs in `job-problems.ts`, those of webhooks in `webhook-problems.ts`, those that only accounts
 * have in `account-problems.ts`, `account-route-problems.ts` and `payment-problems.ts`, those of the dialects of others in `dialect-problems.ts`.
 */
export const problems = {
  "invalid-json": {
    status: 400,
    title: "The body is not valid JSON",
    retryable: false,
    fix: "Send one JSON object, or send the image itself with an image/* content type.",
  },
  "invalid-request": {
    status: 400,
    title: "The request does not match the operation's schema",
    retryable: false,
    fix: "Correct every field listed in `issues`.",
  },
  "invalid-content-encoding": {
    status: 400,
    title: "The body cannot be decompressed",
    retryable: false,
    fix: "Send the body without Content-Encoding, or compress the whole body once, as that header says.",
  },
  "image-required": {
    status: 400,
    title: "The request contains no image",
    retryable: false,
    fix: "Send the image as the body with an image/* content type, as a form's file, or as `image` in a JSON body.",
  },
  "invalid-base64": {
    status: 400,
    title: "The image is not valid base64",
    retryable: false,
    fix: "Encode the image's bytes as standard base64, plain or as a data URI.",
  },
  "image-url-refused": {
    status: 400,
    title: "The image's URL is not allowed",
    retryable: false,
    fix: "Send an https URL of the public network, on port 443, or the image's bytes.",
  },
  "text-required": {
    status: 400,
    title: "This task needs a text",
    retryable: false,
    fix: "Send `text`; open-vocabulary-detection also takes a list of `labels`.",
  },
  "region-required": {
    status: 400,
    title: "This task needs a region",
    retryable: false,
    fix: "Send `region` in pixels or `normalized_region` in 0..1, each as x1, y1, x2, y2.",
  },
  "region-outside-image": {
    status: 400,
    title: "The region is not inside the image",
    retryable: false,
    fix: "Send 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height in pixels, or the same within 0..1 as `normalized_region`.",
  },
  // Not 501: a caller's choice of a form must not alert an operator.
  "png-unavailable": {
    status: 400,
    title: "This server draws no PNG",
    retryable: false,
    fix: "Send `overlay=svg`, which any SVG renderer turns into a PNG, or use a server whose OVERLAY_PNG allows it.",
  },
  "unknown-task": {
    status: 404,
    title: "There is no such task",
    retryable: false,
    fix: "Use one of the names that GET /v1/tasks lists.",
  },
  "not-found": {
    status: 404,
    title: "There is no such path",
    retryable: false,
    fix: "See /openapi.json for the operations.",
  },
  "method-not-allowed": {
    status: 405,
    title: "The path does not support this method",
    retryable: false,
    fix: "Use a method named in the Allow header.",
  },
  "body-timeout": {
    status: 408,
    title: "The body took too long to arrive",
    retryable: true,
    fix: "Send the body again over a faster connection, or scale the image down: the model resizes every image to a small square.",
  },
  "body-too-large": {
    status: 413,
    title: "The body is too large",
    retryable: false,
    fix: "Send a smaller image; `detail` says the limit in bytes.",
  },
  "image-too-many-pixels": {
    status: 413,
    title: "The image has too many pixels",
    retryable: false,
    fix: "Scale the image down; `detail` says the limits. The model resizes every image to a small square.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The body's content type is not supported",
    retryable: false,
    fix: "Send the image itself with an image/* content type, multipart/form-data with one file, or one application/json object.",
  },
  "unsupported-content-encoding": {
    status: 415,
    title: "The body's content encoding is not supported",
    retryable: false,
    fix: "Send the body without Content-Encoding, or with one of the encodings that the Accept-Encoding header of this response names.",
  },
  "unsupported-image": {
    status: 415,
    title: "The image's format is not supported",
    retryable: false,
    fix: "Send a JPEG, PNG, WebP or GIF.",
  },
  // Like an unsupported image: the server answered, and what it sent is not an image.
  "image-url-not-an-image": {
    status: 415,
    title: "The image's URL answers with something else",
    retryable: false,
    fix: "Send the URL of the image file itself, like https://example.com/picture.jpg: a browser shows it without a page around it. Of a share link, send the download link; or send the image's bytes.",
  },
  "image-corrupt": {
    status: 422,
    title: "The image cannot be decoded",
    retryable: false,
    fix: "Check that the whole file was sent, then encode it again.",
  },
  "prompt-too-long": {
    status: 422,
    title: "The text is too long for the model",
    retryable: false,
    fix: "Shorten `text`; `detail` says how many tokens a prompt may have.",
  },
  "too-much-work": {
    status: 422,
    title: "The request asks for too much work at once",
    retryable: false,
    fix: "Split it into several requests, each with fewer `labels`, tasks or items, or lower `beams` and `max_new_tokens`; `detail` says the limit.",
  },
  // Not 502 and 504: the caller chose that server, so its failure is not ours and must not alert an operator.
  "image-url-unreachable": {
    status: 424,
    title: "The image cannot be fetched from its URL",
    retryable: true,
    fix: "Check that the URL can be opened without signing in, or send the image's bytes.",
  },
  "image-url-timeout": {
    status: 424,
    title: "The image's server took too long",
    retryable: true,
    fix: "Try again, or send the image's bytes.",
  },
  "request-cancelled": {
    status: 499,
    title: "The caller disconnected",
    retryable: true,
    fix: "Send the request again.",
  },
  ...uploadProblems,
  ...jobProblems,
  ...webhookProblems,
  ...serverProblems,
  ...accountProblems,
  ...accountRouteProblems,
  ...paymentProblems,
  ...dialectProblems,
} as const satisfies Record<string, ProblemRow>;
