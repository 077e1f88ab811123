import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";
import type { LoadRequest } from "./load.ts";

/** The typical size of an image that a phone has scaled down for sending. */
const UPLOAD_BYTES = 200_000;

/** The maximum length of a JPEG segment in bytes. */
const MAX_SEGMENT = 65_535;

/** Pads a JPEG file with comment segments after its first marker, which decoders skip. `mark` makes the file unique. */
export function paddedJpeg(bytes: Uint8Array, size: number, mark = 0): Uint8Array<ArrayBuffer> {
  const comments: Uint8Array[] = [];
  for (let missing = size - bytes.byteLength; missing > 8;) {
    const length = Math.min(MAX_SEGMENT + 2, missing);
    const comment = new Uint8Array(length);
    const view = new DataView(comment.buffer);
    view.setUint16(0, 0xfffe);
    view.setUint16(2, length - 2);
    view.setUint32(4, mark);
    comments.push(comment);
    missing -= length;
  }
  return new Uint8Array(Buffer.concat([bytes.subarray(0, 2), ...comments, bytes.subarray(2)]));
}

const PATH = "/v1/object-detection";
const street = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
const icon = await readFile(join(root, "test/vectors/mini/pictures/06-200x180.png"));
const json = { "content-type": "application/json" };
const upload = paddedJpeg(street, UPLOAD_BYTES);

/** A request with an image as its body. A new `mark` makes the image unique, so that it is not cached. */
export function uploadRequest(mark = 0): LoadRequest {
  const body = mark === 0 ? upload : paddedJpeg(street, UPLOAD_BYTES, mark);
  return { path: PATH, method: "POST", headers: { "content-type": "image/jpeg" }, body };
}

function jsonRequest(image: unknown): LoadRequest {
  return { path: PATH, method: "POST", headers: json, body: Buffer.from(JSON.stringify({ image })) };
}

/** Requests to the hello Worker, without and with a body to read. */
export const helloRequests = {
  hello: { path: "/", method: "GET", headers: {}, body: undefined },
  "hello, 200 kB read": { path: "/", method: "POST", headers: {}, body: upload },
} as const satisfies Record<string, LoadRequest>;

/** Requests to the API: an image by URL, a small image as base64 in JSON, an uploaded file. */
export function apiRequests(imageUrl: string) {
  return {
    "JSON, address": jsonRequest({ url: imageUrl }),
    "JSON, 4 kB picture": jsonRequest({ base64: icon.toString("base64") }),
    "upload, 200 kB": uploadRequest(),
  } as const satisfies Record<string, LoadRequest>;
}
