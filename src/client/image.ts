import { decodeBase64, encodeBase64 } from "../inference/protocol/base64.ts";
import { FlorenceError } from "./florence-error.ts";

/**
 * An image: a file, its bytes, or a string, which is an https URL, a data URI or base64, but never a path: in Node, `fromPath` of
 * `florence-edge-client/node` reads a file. A promise of any of these is an image too.
 */
export type Image = GivenImage | PromiseLike<GivenImage>;
type GivenImage = Blob | ArrayBuffer | ArrayBufferView | URL | string;

/** An image in the form that is sent: its bytes, or a string inside JSON. */
export type SentImage =
  | { readonly kind: "file"; readonly file: Blob; readonly mediaType: string }
  | { readonly kind: "text"; readonly text: string };

/** Media type of bytes of unknown type; the server detects the format from the bytes. */
const UNKNOWN_TYPE = "application/octet-stream";

const dataUriPrefix = /^data:[^,]*;base64,/iu;

/** Passes a URL or base64 on to the server unchecked; decodes a data URI, since its bytes take a quarter less. */
function fromText(text: string): SentImage {
  const prefix = dataUriPrefix.exec(text)?.[0];
  const bytes = prefix === undefined ? undefined : decodeBase64(text.slice(prefix.length));
  return bytes === undefined ? { kind: "text", text } : fromBytes(bytes);
}

function fromBytes(bytes: Uint8Array): SentImage {
  // Copied: the caller may modify the bytes later, and an attempt may be repeated.
  return { kind: "file", file: new Blob([new Uint8Array(bytes)]), mediaType: UNKNOWN_TYPE };
}

function fromFile(file: Blob): SentImage {
  return { kind: "file", file, mediaType: /^image\/[\w.+-]+$/u.test(file.type) ? file.type : UNKNOWN_TYPE };
}

function toSentImage(given: GivenImage): SentImage {
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

/**
 * Converts an image to the form that is sent. Copies bytes synchronously, since the caller may modify them later. Rejects with
 * `image-required` if the value is not an image.
 */
export async function resolveImage(image: Image): Promise<SentImage> {
  return toSentImage(isPromise(image) ? await image : image);
}

/** Returns the image as a field of a JSON body. */
export async function imageInJson(image: SentImage): Promise<string | { readonly base64: string }> {
  if (image.kind === "text") return image.text;
  return { base64: encodeBase64(new Uint8Array(await image.file.arrayBuffer())) };
}
