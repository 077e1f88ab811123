import { Problem } from "../contract/problems.ts";
import type { FetchedFile } from "./fetch-image.ts";
import { hasImageSignature } from "./sniff.ts";

/** How a web page begins, without its comments. */
const PAGE_START = /^\s*<(?:!doctype\s+html|html|head|body|title|meta|script)\b/iu;

const COMMENT = /<!--[^]*?-->/gu;

const PAGE_TYPE = /^\s*(?:text\/html|application\/xhtml\+xml)\b/iu;

/** Length of the start of a file in which `PAGE_START` is looked for, in bytes. */
const START_BYTES = 1024;

/** Longest content type in a message, in characters. */
const MAX_SHOWN_CHARACTERS = 100;

function isPage({ bytes, contentType }: FetchedFile): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, START_BYTES)).replace(COMMENT, "");
  return PAGE_START.test(start) || (!hasImageSignature(bytes) && PAGE_TYPE.test(contentType));
}

/** Says what a file is that is not an image; `undefined` if it begins like one. */
function found(file: FetchedFile): string | undefined {
  const { bytes, contentType } = file;
  const type = contentType === "" ? "without a content type" : contentType.slice(0, MAX_SHOWN_CHARACTERS);
  if (bytes.length === 0) return `an empty file (${type})`;
  if (isPage(file)) return `a web page (${type})`;
  return hasImageSignature(bytes) ? undefined : `${bytes.length} bytes of no image format known here (${type})`;
}

/**
 * Throws `image-url-not-an-image` if a URL answered something else than an image file: often the page around the image, or a page to sign in. Says
 * nothing of the page's content: the URL may lead where its sender cannot read.
 */
export function requireImageFile(file: FetchedFile): void {
  const what = found(file);
  if (what === undefined) return;
  throw new Problem("image-url-not-an-image", `The URL answers with ${what}, not with an image file.`);
}
