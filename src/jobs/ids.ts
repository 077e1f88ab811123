import { randomBase62, type RandomBytes } from "../accounts/base62.ts";
import { JobId } from "../contract/jobs.ts";
import { sha256 } from "../bytes/sha256.ts";

/** Digits after `job_`: 131 bits, so that nobody guesses an id, which is all that is needed to see a job where there are no accounts. */
const DIGITS = 22;

/** What makes a job the same one. */
export interface JobOrigin {
  readonly account: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly fingerprint: string;
}

/** Returns bytes in a fixed order, each from a digest: as good as random, and the same for the same text. There are 96. */
export async function derivedBytes(text: string): Promise<RandomBytes> {
  const digests = await Promise.all([0, 1, 2].map((part) => sha256(`${part} ${text}`)));
  const bytes = Uint8Array.from(digests.join("").match(/../gu) ?? [], (byte) => Number.parseInt(byte, 16));
  let used = 0;
  return (length) => {
    const taken = bytes.slice(used, used + length);
    used += length;
    return taken;
  };
}

/**
 * Returns the id of a job. With an Idempotency-Key it is derived, so that a repeat finds the first: from the account and the key; without accounts from the key and
 * what is asked, since nobody owns a key there.
 */
export async function jobId({ account, idempotencyKey, fingerprint }: JobOrigin, random: RandomBytes): Promise<string> {
  if (idempotencyKey === undefined) return `job_${randomBase62(DIGITS, random)}`;
  const parts = account === undefined ? ["", idempotencyKey, fingerprint] : [account, idempotencyKey];
  return `job_${randomBase62(DIGITS, await derivedBytes(JSON.stringify(parts)))}`;
}

/** Whether a text is spelled like the id of a job. */
export function isJobId(text: string): boolean {
  return JobId.safeParse(text).success;
}

/**
 * The name of an account's book; where there are no accounts, that of one of sixty-two, by the first of an id's random digits, so that they share the work. Books of jobs and books of
 * batches are objects of two classes, with the same names.
 */
export function bookName(firstDigit: string, account: string | undefined): string {
  return account === undefined ? `shard ${firstDigit}` : `account ${account}`;
}

/** The name of the book that a job is in. */
export function bookOf(id: string, account: string | undefined): string {
  return bookName(id.charAt("job_".length), account);
}
