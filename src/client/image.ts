import { decodeBase64, encodeBase64 } from "../inference/protocol/base64.ts";
import { FlorenceError } from "./florence-error.ts";

/**
 * An image: a file, its bytes, or a text, which is an https address, a data URI or base64. Never a path: in Node, `fromPath` of
 * `florence-edge-client/node` reads one. A promise of any of these will do.
 */
export type Image = GivenImage | PromiseLike<GivenImage>;
type GivenImage = Blob | ArrayBuffer | ArrayBufferView | URL | string;

/** An image as it is sent: its bytes, or words that go into JSON. */
export type SentImage =
  | { readonly kind: "file"; readonly file: Blob; readonly mediaType: string }
  | { readonly kind: "words"; readonly words: string };

/** The server looks at the bytes, whatever they are called. */
const UNKNOWN_TYPE = "application/octet-stream";

const dataUri = /^data:[^,]*;base64,/iu;

/** The address or base64 of a text is its own affair; of a data URI the bytes are sent, a quarter less. */
function fromText(text: string): SentImage {
  const head = dataUri.exec(text)?.[0];
  const bytes = head === undefined ? undefined : decodeBase64(text.slice(head.length));
  return bytes === undefined ? { kind: "words", words: text } : fromBytes(bytes);
}

function fromBytes(bytes: Uint8Array): SentImage {
  // Copied: whoever gave them may go on to write into them, and an attempt may be repeated.
  return { kind: "file", file: new Blob([new Uint8Array(bytes)]), mediaType: UNKNOWN_TYPE };
}

function fromFile(file: Blob): SentImage {
  return { kind: "file", file, mediaType: /^image\/[\w.+-]+$/u.test(file.type) ? file.type : UNKNOWN_TYPE };
}

function sentOf(given: GivenImage): SentImage {
  if (typeof given === "string") return fromText(given);
  if (given instanceof URL) return fromText(given.href);
  if (given instanceof Blob) return fromFile(given);
  if (given instanceof ArrayBuffer) return fromBytes(new Uint8Array(given));
  if (ArrayBuffer.isView(given)) return fromBytes(new Uint8Array(given.buffer, given.byteOffset, given.byteLength));
  throw new FlorenceError("image-required", `${String(given)} is no image.`, {
    fix: "Give a file, its bytes, a URL, a data URI or base64.",
  });
}

function isPromise(image: Image): image is PromiseLike<GivenImage> {
  return typeof image === "object" && image !== null && "then" in image;
}

/** Looks at what was given, bytes at once: the caller may go on to write into them. Throws `image-required` for what is no image at all. */
export async function resolveImage(image: Image): Promise<SentImage> {
  return sentOf(isPromise(image) ? await image : image);
}

/** The image inside a JSON body. */
export async function imageInJson(image: SentImage): Promise<string | { readonly base64: string }> {
  if (image.kind === "words") return image.words;
  return { base64: encodeBase64(new Uint8Array(await image.file.arrayBuffer())) };
}
