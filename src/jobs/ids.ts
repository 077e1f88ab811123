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

/** Bytes in a fixed order, each from a digest: as good as random, and the same for the same text. */
async function digestBytes(text: string): Promise<RandomBytes> {
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
  return `job_${randomBase62(DIGITS, await digestBytes(JSON.stringify(parts)))}`;
}

/** Whether a text is spelled like the id of a job. */
export function isJobId(text: string): boolean {
  return JobId.safeParse(text).success;
}

/** The name of the book that a job is in: its account's; where there are none, one of sixty-two, so that they share the work. */
export function bookOf(id: string, account: string | undefined): string {
  return account === undefined ? `shard ${id.charAt("job_".length)}` : `account ${account}`;
}
