import type { accountProblems } from "./account-problems.ts";
import type { accountRouteProblems } from "./account-route-problems.ts";
import type { paymentProblems } from "./payment-problems.ts";
import type { dialectProblems } from "./dialect-problems.ts";
import type { jobProblems } from "./job-problems.ts";
import type { webhookProblems } from "./webhook-problems.ts";
import type { Issue, ProblemCode, ProblemMembers } from "./problems.ts";

/** The details of a problem in one request. */
interface Occurrence {
  readonly detail: string;
  readonly issues?: readonly Issue[];
  readonly members?: ProblemMembers;
}

const tokens: Issue = { path: "max_new_tokens", message: "Send a whole number from 1 to 1024." };
const image: Issue = { path: "image", message: "Send an image." };
const text: Issue = { path: "text", message: "Send a text." };
const region: Issue = { path: "region", message: "Send either `region` or `normalized_region`." };

/** Returns an occurrence with one invalid field. */
function invalidField(issue: Issue): Occurrence {
  return { detail: `${issue.path}: ${issue.message}`, issues: [issue] };
}

/** Examples of the problems that only the dialects of others have. */
const dialectExamples = {
  "task-required": {
    detail: "The model is named without a task, and the text begins with no task token.",
    issues: [{ path: "model", message: "Name a task." }],
  },
  "unknown-model": {
    detail: 'There is no model named "gpt-4o".',
    issues: [{ path: "model", message: "There is no such model." }],
  },
  "unsupported-parameter": invalidField({ path: "tools", message: "Florence-2 calls no tools: leave it out." }),
  "unsupported-schema": {
    detail: 'The answer does not fit at #: Instance does not have required property "colour".',
    issues: [{ path: "response_format", message: "The answer does not fit." }],
  },
  "batches-unavailable": { detail: "This deployment has no queue for batches." },
  "unknown-file": { detail: "There is no file with this id, or it belongs to another account." },
  "unknown-batch": { detail: "There is no batch with this id, or it belongs to another account." },
  "file-in-use": { detail: "A batch that has not ended has this file as its input." },
  "file-too-large": { detail: "A file may have at most 200000000 bytes." },
  "too-many-batches": { detail: "100 batches have not ended; there may be 100." },
  "line-invalid": { detail: "It is not one JSON object in UTF-8." },
  "line-too-long": { detail: "A line may have at most 524288 bytes." },
  "batch-expired": { detail: "The batch had ended before the line was asked." },
} as const satisfies Readonly<Record<keyof typeof dialectProblems, Occurrence>>;

/** Examples of the problems that only accounts have. Money is in micro-US-dollars. */
const accountExamples = {
  "key-missing": { detail: "The request has none of the headers Authorization, X-API-Key, Ocp-Apim-Subscription-Key." },
  "key-invalid": { detail: "The key is not one of this service." },
  "key-expired": { detail: "The key expired at 2026-11-30T00:00:00Z." },
  "key-revoked": { detail: "The key was revoked at 2026-11-30T00:00:00Z." },
  "scope-missing": { detail: "The key has the scopes usage:read; this needs infer." },
  "account-closed": { detail: "The account is closed." },
  "insufficient-credits": {
    detail:
      "The request costs 1500 micro-US-dollars; the account has 900 left, and 300 of requests in progress are held.",
    members: { price: 1500, balance: 900, top_up: "Ask the operator of this service for credits." },
  },
  "key-budget-exhausted": {
    detail: "The request costs 1500 micro-US-dollars; the key may spend 200 more on 2026-11-30 (UTC).",
    members: { price: 1500, balance: 984_500 },
  },
  "spend-cap-reached": {
    detail: "The request costs 1500 micro-US-dollars; the account may spend 200 more in 2026-11 (UTC).",
    members: { price: 1500, balance: 984_500 },
  },
  "price-above-maximum": {
    detail: "The request costs 1500 micro-US-dollars; it allows 1000.",
    members: { price: 1500 },
  },
  "idempotency-in-progress": { detail: "The first request with this Idempotency-Key has no answer yet." },
  "rate-limited": {
    detail: "The key may send 600 requests in 60 seconds.",
    members: { "violated-policies": ["requests"] },
  },
  "too-many-at-once": {
    detail: "The key has 8 requests in progress; it may have 8.",
    members: { "violated-policies": ["concurrent"] },
  },
  "ledger-unavailable": { detail: "The account did not answer in time." },
  "async-needs-key": { detail: "The request has no key, and asks for an answer later." },
  "payment-required": {
    detail: "The request brings no payment; its price is 300 micro-US-dollars.",
    members: { price: 300 },
  },
  "payment-invalid": {
    detail: "The payment is of 200; the price of this request is 300.",
    members: { price: 300 },
  },
  "payment-in-use": { detail: "The same request with this payment is in progress." },
  "payment-unsettled": {
    detail: "It is not known yet whether the payment was settled: the facilitator did not reply.",
  },
} as const satisfies Readonly<Record<keyof typeof accountProblems, Occurrence>>;

/** Examples of the problems of jobs. */
const jobExamples = {
  "jobs-unavailable": { detail: "This deployment has no queue for jobs." },
  "idempotency-key-invalid": { detail: "The Idempotency-Key has 300 characters; it may have 255." },
  "list-needs-account": { detail: "Without accounts nobody owns a job: keep its address." },
  "unknown-job": { detail: "There is no job with this id, or it belongs to another account." },
  "idempotency-key-reused": { detail: "The first request with this Idempotency-Key was another one." },
  "too-many-jobs": { detail: "1000 jobs are waiting; there may be 1000." },
  "queue-unavailable": { detail: "The queue did not take the job." },
  "job-expired": { detail: "The job was not answered within 24 hours. The last attempt: the backend is not ready." },
  "job-abandoned": { detail: "The job was begun 10 times, and none of its attempts came to an end." },
} as const satisfies Readonly<Record<keyof typeof jobProblems, Occurrence>>;

/** Examples of the problems of webhooks. */
const webhookExamples = {
  "cursor-invalid": { detail: "The cursor is of another account, of another list, or of other parameters." },
  "webhook-url-refused": {
    detail: "https://10.0.0.7/florence: The address is not on the public network, or is no https URL.",
  },
  "webhooks-need-account": { detail: "This deployment has no accounts: name the address with each request." },
  "unknown-webhook": { detail: "The account has no webhook with this id." },
  "too-many-webhooks": { detail: "The account has 10 webhooks; it may have 10." },
} as const satisfies Readonly<Record<keyof typeof webhookProblems, Occurrence>>;

/** Examples of the problems of the operations of accounts. */
const accountRouteExamples = {
  "admin-key-invalid": { detail: "The request has no admin key, or another one than this deployment's." },
  "unknown-id": { detail: "There is no account with this id." },
  "key-rotated": { detail: "The key was rotated: its successor is Kb3f0Q." },
  "too-many-keys": { detail: "The account has 1000 keys." },
} as const satisfies Readonly<Record<keyof typeof accountRouteProblems, Occurrence>>;

/** Examples of the problems of buying credits. */
const paymentExamples = {
  "webhook-signature-invalid": { detail: "The event's signature is not one of this deployment's secret." },
  "top-up-unavailable": {
    detail: "The account has play money, and this deployment takes real payments: use a key that begins with fe_live_.",
  },
  "payment-provider-failed": { detail: "Stripe refused to open a payment page." },
  "payment-provider-unavailable": { detail: "Stripe did not answer in time." },
} as const satisfies Readonly<Record<keyof typeof paymentProblems, Occurrence>>;

/** An example of each problem, for the OpenAPI document and the page of problems. */
export const problemExamples: Readonly<Record<ProblemCode, Occurrence>> = {
  "invalid-json": { detail: "The body cannot be read as UTF-8 JSON." },
  "invalid-request": invalidField(tokens),
  "invalid-content-encoding": { detail: "The body cannot be decompressed: its compressed data is incomplete." },
  "image-required": invalidField(image),
  "invalid-base64": { detail: "The image contains characters that are not base64." },
  "image-url-refused": { detail: "Only https URLs are fetched." },
  "text-required": invalidField(text),
  "region-required": invalidField(region),
  "region-outside-image": {
    detail: 'The image has 96 x 72 pixels; region-to-category was asked for {"x1":0,"y1":0,"x2":100,"y2":72}.',
  },
  "png-unavailable": { detail: "This server has no memory to spare for drawing PNGs." },
  "unknown-task": { detail: 'There is no task named "vqa".' },
  "not-found": { detail: "There is nothing at /v2." },
  "method-not-allowed": { detail: "/v1/caption does not support this method." },
  "body-timeout": { detail: "The body had not arrived after 60 seconds." },
  "body-too-large": { detail: "A body may have at most 16777216 bytes." },
  "image-too-many-pixels": {
    detail: "The image has 20000 x 20000 pixels; at most 2000000 in total and 16384 per side are accepted.",
  },
  "unsupported-media-type": {
    detail: "The body's content type is text/plain. It looks like JSON: send it as application/json.",
  },
  "unsupported-content-encoding": { detail: "The body's content encoding is br." },
  "unsupported-image": { detail: "These bytes are no image format known here." },
  "image-url-not-an-image": { detail: "The URL answers with a web page (text/html), not with an image file." },
  "image-corrupt": { detail: "The JPEG ends before its end marker: only a part of the file is here." },
  "prompt-too-long": { detail: "The prompt has 2009 tokens; the model reads at most 256." },
  "too-much-work": { detail: "The request asks for 2052 units of work; at most 512 are answered at once." },
  "image-url-unreachable": { detail: "The image's server answered 404." },
  "image-url-timeout": { detail: "The image had not arrived after 10 seconds." },
  "request-cancelled": { detail: "The connection was closed before the answer was ready." },
  "uploads-unavailable": { detail: "This deployment has no storage for files." },
  "unknown-upload": { detail: "The handle is not one of this service, or was made for another account." },
  "upload-empty": { detail: "No file has been sent to the upload's address." },
  "upload-expired": { detail: "The handle ended at 2026-11-30T12:00:00.000Z." },
  "upload-signature-invalid": { detail: "The address has no signature of this service for this handle." },
  "length-required": { detail: "The request has no Content-Length." },
  "storage-unavailable": { detail: "The storage of uploaded files did not reply." },
  internal: { detail: "The request could not be answered." },
  misconfigured: { detail: "A variable of this deployment is missing or wrong." },
  "model-corrupt": { detail: "mini/onnx/encoder_model.onnx has another SHA-256 than its manifest says." },
  "backend-failed": { detail: "The backend failed." },
  "backend-unavailable": { detail: "The backend says that it is not ready." },
  "backend-timeout": { detail: "The backend did not answer in time." },
  "deadline-exceeded": { detail: "The request was not answered within 120 seconds." },
  "not-cached": { detail: "Nothing fresh enough is in the cache." },
  "model-unavailable": { detail: "mini/onnx/encoder_model.onnx could not be fetched." },
  overloaded: { detail: "16 requests are ahead in the queue." },
  ...jobExamples,
  ...webhookExamples,
  ...accountExamples,
  ...accountRouteExamples,
  ...paymentExamples,
  ...dialectExamples,
};
