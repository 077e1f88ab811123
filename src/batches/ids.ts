import { randomBase62, type RandomBytes } from "../accounts/base62.ts";
import { bookName, derivedBytes } from "../jobs/ids.ts";

/** Digits of an id: 131 bits, so that nobody guesses one, which is all that is needed where there are no accounts. */
const DIGITS = 22;

const FILE = "file-";
const BATCH = "batch_";

const patterns = { file: /^file-[0-9A-Za-z]{22}$/u, batch: /^batch_[0-9A-Za-z]{22}$/u } as const;

/** Whether a text is spelled like an id. */
export function isId(kind: keyof typeof patterns, text: string): boolean {
  return patterns[kind].test(text);
}

/** The digits of an id. */
export function digitsOf(id: string): string {
  return id.slice(-DIGITS);
}

/** Returns the id of a file: in the same part of all as `near`, if that is given. */
export function fileId(random: RandomBytes, near?: string): string {
  const digits = randomBase62(DIGITS, random);
  return FILE + (near === undefined ? digits : digitsOf(near).charAt(0) + digits.slice(1));
}

/** What makes a batch the same one. */
export interface BatchOrigin {
  readonly account: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly fingerprint: string;
  readonly inputFile: string;
}

/** Returns the id of a batch, which begins as that of its file does: where there are no accounts, both are in the same book. With an Idempotency-Key it is derived, so that a repeat finds the first. */
export async function batchId(
  { account, idempotencyKey, fingerprint, inputFile }: BatchOrigin,
  random: RandomBytes,
): Promise<string> {
  const parts = account === undefined ? ["", idempotencyKey, fingerprint] : [account, idempotencyKey];
  const source = idempotencyKey === undefined ? random : await derivedBytes(JSON.stringify(["batch", ...parts]));
  const digits = randomBase62(DIGITS, source);
  // Of an account, the key alone decides.
  return BATCH + (account === undefined ? digitsOf(inputFile).charAt(0) + digits.slice(1) : digits);
}

/** The name of the book that a file or a batch is in. */
export function bookOf(id: string, account: string | undefined): string {
  return bookName(digitsOf(id).charAt(0), account);
}

/** The name of a file's object in the storage. */
export function fileObject(id: string): string {
  return `files/${id}/content`;
}

/** What the names of all objects of a batch begin with. */
export function batchPrefix(id: string): string {
  return `batches/${id}/`;
}

/** The name of what an attempt has written: each has its own, so that a late one changes nothing. */
export function segmentObject(id: string, chunk: number, attempt: number, kind: "output" | "errors"): string {
  return `${batchPrefix(id)}${chunk}-${attempt}-${kind}`;
}
