import { type BadRequest, detection } from "./bad-request.ts";
import { deflate } from "./image-bytes.ts";
import { sampleImage } from "./sample-images.ts";

const jpeg = sampleImage("street.jpg");

/** Bodies with a content type or a content encoding that is not theirs. */
export const badBodies: readonly BadRequest[] = [
  { what: "no content type", path: detection, type: "", body: "hello", code: "unsupported-media-type" },
  { what: "a text", path: detection, type: "text/plain", body: "hello", code: "unsupported-media-type" },
  {
    what: "JSON called a text",
    path: detection,
    type: "text/plain",
    body: JSON.stringify({ image: "QUJD" }),
    code: "unsupported-media-type",
  },
  { what: "nothing", path: detection, type: "", body: "", code: "image-required" },
  {
    what: "a form without an image",
    path: detection,
    type: "application/x-www-form-urlencoded",
    body: "beams=2",
    code: "image-required",
  },
  { what: "a video", path: detection, type: "video/mp4", body: "\0\0\0\u0018ftypisom", code: "unsupported-media-type" },
  {
    what: "a body in Brotli",
    path: detection,
    type: "image/jpeg",
    coding: "br",
    body: jpeg,
    code: "unsupported-content-encoding",
  },
  {
    what: "an image that is not compressed as its header says",
    path: detection,
    type: "image/jpeg",
    coding: "gzip",
    body: jpeg,
    code: "invalid-content-encoding",
  },
  {
    what: "a decompression bomb",
    path: detection,
    type: "application/json",
    coding: "deflate",
    body: () => deflate(new Uint8Array(100_000_000)),
    code: "body-too-large",
  },
];
