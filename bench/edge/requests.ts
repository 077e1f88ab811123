import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";
import type { Question } from "./load.ts";

/** As large as a picture that a phone has shrunk to send it. */
const UPLOAD_BYTES = 200_000;

/** Most bytes of a JPEG segment. */
const MAX_SEGMENT = 65_535;

/** A JPEG file made longer by comments behind its first marker, which decoders skip. `mark` makes it a file of its own. */
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

/** A picture sent as a body. `mark` makes it one that nobody has sent before. */
export function uploadQuestion(mark = 0): Question {
  const body = mark === 0 ? upload : paddedJpeg(street, UPLOAD_BYTES, mark);
  return { path: PATH, method: "POST", headers: { "content-type": "image/jpeg" }, body };
}

function jsonQuestion(image: unknown): Question {
  return { path: PATH, method: "POST", headers: json, body: Buffer.from(JSON.stringify({ image })) };
}

/** A Worker that does nothing, without and with a body to read. */
export const helloQuestions = {
  hello: { path: "/", method: "GET", headers: {}, body: undefined },
  "hello, 200 kB read": { path: "/", method: "POST", headers: {}, body: upload },
} as const satisfies Record<string, Question>;

/** What is asked of the API: a picture by its address, a small one inside JSON, a file. */
export function questions(pictureUrl: string) {
  return {
    "JSON, address": jsonQuestion({ url: pictureUrl }),
    "JSON, 4 kB picture": jsonQuestion({ base64: icon.toString("base64") }),
    "upload, 200 kB": uploadQuestion(),
  } as const satisfies Record<string, Question>;
}
