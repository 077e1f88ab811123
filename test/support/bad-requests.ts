import { MAX_NEW_TOKENS } from "../../src/contract/request-limits.ts";
import { MAX_BEAMS, MAX_LABELS } from "../../src/contract/requests.ts";
import { MAX_IMAGE_BYTES } from "../../src/image/image.ts";
import { badBodies } from "./bad-bodies.ts";
import { badIntake } from "./bad-intake.ts";
import { type BadRequest, detection, image, jsonBody } from "./bad-request.ts";
import { progressiveJpeg } from "./image-bombs.ts";
import { bilevelPng, halfJpeg, inflatingPng, joinBytes, withStrayByte } from "./image-bytes.ts";
import { sampleImage } from "./sample-images.ts";

const jpeg = sampleImage("street.jpg");
const png = await bilevelPng(64, 48);
const base64 = btoa(String.fromCharCode(...png));

/** Invalid requests of every kind. */
export const badRequests: readonly BadRequest[] = [
  { what: "an unknown task", path: "/v1/vqa", ...image(jpeg), code: "unknown-task" },
  { what: "a task in capitals", path: "/v1/Object-Detection", ...image(jpeg), code: "unknown-task" },
  { what: "the model's own name of a task", path: "/v1/%3COD%3E", ...image(jpeg), code: "unknown-task" },
  { what: "an unknown address", path: "/admin", ...image(jpeg), code: "not-found" },
  { what: "a file of the model", path: "/manifest.json", method: "GET", code: "not-found" },
  { what: "GET on a task", path: detection, method: "GET", code: "method-not-allowed" },
  { what: "DELETE on a task", path: detection, method: "DELETE", code: "method-not-allowed" },
  { what: "POST on the list of tasks", path: "/v1/tasks", ...jsonBody({}), code: "method-not-allowed" },
  ...badBodies,
  { what: "an empty image", path: detection, ...image(new Uint8Array()), code: "image-required" },
  { what: "a text called an image", path: detection, ...image("hello, world"), code: "unsupported-image" },
  { what: "an SVG", path: detection, ...image('<svg xmlns="http://www.w3.org/2000/svg"/>'), code: "unsupported-image" },
  { what: "half a JPEG", path: detection, ...image(jpeg.subarray(0, jpeg.length / 2)), code: "image-corrupt" },
  { what: "half a JPEG that ends in an end marker", path: detection, ...image(halfJpeg(jpeg)), code: "image-corrupt" },
  {
    what: "the same after a stray byte",
    path: detection,
    ...image(halfJpeg(withStrayByte(jpeg))),
    code: "image-corrupt",
  },
  {
    what: "a JPEG of 190 scans, each of the whole image",
    path: detection,
    ...image(async () => progressiveJpeg({ width: 1400, height: 1400, components: 3, bands: 63, refinements: 0 })),
    code: "image-corrupt",
  },
  {
    what: "a PNG of 16 x 16 in 50 KB that inflates to 50 MB",
    path: detection,
    ...image(() => inflatingPng(16, 50_000_000)),
    code: "image-corrupt",
  },
  {
    what: "a PNG of 1000 x 1000 that inflates to 100 MB",
    path: detection,
    ...image(() => inflatingPng(1000, 100_000_000)),
    code: "image-corrupt",
  },
  { what: "a JPEG's first 20 bytes", path: detection, ...image(jpeg.subarray(0, 20)), code: "image-corrupt" },
  { what: "half a PNG", path: detection, ...image(png.subarray(0, png.length / 2)), code: "image-corrupt" },
  { what: "a PNG's signature", path: detection, ...image(png.subarray(0, 8)), code: "image-corrupt" },
  { what: "a PNG with a flipped byte of pixels", path: detection, ...image(flipped(png, 50)), code: "image-corrupt" },
  {
    what: "a bomb of 20000 x 20000",
    path: detection,
    ...image(() => bilevelPng(20_000, 20_000)),
    code: "image-too-many-pixels",
  },
  {
    what: "a bomb of 20000 x 20000 in 5 MB",
    path: detection,
    ...image(() => bilevelPng(20_000, 20_000, 5_000_000)),
    code: "image-too-many-pixels",
  },
  {
    what: "a strip of 100000 x 1",
    path: detection,
    ...image(() => bilevelPng(100_000, 1)),
    code: "image-too-many-pixels",
  },
  { what: "20 MB", path: detection, ...image(new Uint8Array(20_000_000)), code: "body-too-large" },
  { what: "an image over the limit", path: detection, ...image(padded(MAX_IMAGE_BYTES + 1)), code: "body-too-large" },
  {
    what: "20 MB of JSON",
    path: detection,
    type: "application/json",
    body: `"${"A".repeat(20_000_000)}"`,
    code: "body-too-large",
  },
  {
    what: "a stream without end",
    path: detection,
    type: "image/png",
    body: async () => endless(),
    code: "body-too-large",
  },
  { what: "broken JSON", path: detection, type: "application/json", body: '{"image":', code: "invalid-json" },
  {
    what: "JSON that is not UTF-8",
    path: detection,
    type: "application/json",
    body: new Uint8Array([0x7b, 0xff]),
    code: "invalid-json",
  },
  { what: "a JSON array", path: detection, ...jsonBody([base64]), code: "invalid-request" },
  { what: "JSON without an image", path: detection, ...jsonBody({}), code: "image-required" },
  { what: "an image that is a number", path: detection, ...jsonBody({ image: 7 }), code: "invalid-request" },
  ...badIntake,
  { what: "broken base64", path: detection, ...jsonBody({ image: "%%%" }), code: "invalid-base64" },
  { what: "base64 of no image", path: detection, ...jsonBody({ image: "aGVsbG8=" }), code: "unsupported-image" },
  {
    what: "a field that is not known",
    path: detection,
    ...jsonBody({ image: base64, threshold: 0.5 }),
    code: "invalid-request",
  },
  { what: "a text for a task without text", path: `${detection}?text=cat`, ...image(jpeg), code: "invalid-request" },
  { what: "no phrase", path: "/v1/caption-to-phrase-grounding", ...image(jpeg), code: "text-required" },
  {
    what: "a blank expression",
    path: "/v1/referring-expression-segmentation?text=%20",
    ...image(jpeg),
    code: "text-required",
  },
  { what: "no label", path: "/v1/open-vocabulary-detection", ...jsonBody({ image: base64 }), code: "text-required" },
  {
    what: "a text that is too long for the model",
    path: "/v1/caption-to-phrase-grounding",
    ...jsonBody({ image: base64, text: "cat ".repeat(2000) }),
    code: "prompt-too-long",
  },
  { what: "no region", path: "/v1/region-to-category", ...image(jpeg), code: "region-required" },
  {
    what: "a region outside",
    path: "/v1/region-to-category?region=0,0,10000,10",
    ...image(jpeg),
    code: "region-outside-image",
  },
  {
    what: "a region with swapped corners",
    path: "/v1/region-to-category?region=30,30,10,10",
    ...image(jpeg),
    code: "region-outside-image",
  },
  {
    what: "a normalised region in pixels",
    path: "/v1/region-to-ocr?normalized_region=1,1,30,40",
    ...image(jpeg),
    code: "region-outside-image",
  },
  { what: "a region of words", path: "/v1/region-to-category?region=a,b,c,d", ...image(jpeg), code: "invalid-request" },
  {
    what: "an overlay with a stream",
    path: `${detection}?stream=true&overlay=svg`,
    ...image(jpeg),
    code: "invalid-request",
  },
  {
    what: "a PNG drawing from an isolate that holds a model",
    path: `${detection}?overlay=png`,
    ...image(jpeg),
    code: "png-unavailable",
  },
  {
    what: "64 labels with five beams and the longest answers",
    path: "/v1/open-vocabulary-detection",
    ...jsonBody({
      image: base64,
      labels: Array.from({ length: MAX_LABELS }, (_, index) => `label ${index}`),
      beams: MAX_BEAMS,
      max_new_tokens: MAX_NEW_TOKENS,
    }),
    code: "too-much-work",
  },
  {
    what: "a stream of half a JPEG",
    path: `${detection}?stream=true`,
    ...image(jpeg.subarray(0, jpeg.length / 2)),
    code: "image-corrupt",
  },
  { what: "a batch of nothing", path: "/v1/batch", ...jsonBody({ items: [] }), code: "invalid-request" },
  { what: "a batch of one image", path: "/v1/batch", ...image(jpeg), code: "unsupported-media-type" },
  { what: "no token at all", path: "/v1/caption?max_new_tokens=0", ...image(jpeg), code: "invalid-request" },
  {
    what: "an option twice",
    path: "/v1/caption?max_new_tokens=1&max_new_tokens=2",
    ...image(jpeg),
    code: "invalid-request",
  },
];

function flipped(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 0xff : byte));
}

function padded(length: number): Uint8Array<ArrayBuffer> {
  return joinBytes(jpeg, new Uint8Array(length - jpeg.length));
}

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)) });
}
