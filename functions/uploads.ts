import { env, waitUntil } from "cloudflare:workers";
import { Problem } from "../src/contract/problems.ts";
import type { ArrivingFile, Uploads } from "../src/contract/uploads-port.ts";
import type { UploadStore } from "../src/uploads/upload-store.ts";
import { createUploads } from "../src/uploads/uploads.ts";
import { randomBytes } from "./random.ts";

/** A binding that a deployment may leave out. */
interface OptionalBinding {
  readonly UPLOADS?: R2Bucket;
}

function cutOff(cause: unknown): Problem {
  return new Problem("request-cancelled", "The connection broke off within the file.", { cause });
}

/**
 * Passes a file on to the bucket as it arrives, of which a few pieces are in memory. Rejects with `request-cancelled` if it does not arrive whole. Each end of the
 * transfer fails when the other does: what failed first is the reason.
 */
async function putStream(bucket: R2Bucket, name: string, { bytes, length, signal }: ArrivingFile): Promise<void> {
  const { readable, writable } = new FixedLengthStream(length);
  const failures: unknown[] = [];
  const note = (reason: unknown): void => void failures.push(reason);
  const transfer = bytes.pipeTo(writable, { signal }).catch((cause: unknown) => note(cutOff(cause)));
  await Promise.all([transfer, bucket.put(name, readable).catch(note)]);
  const [first] = failures;
  if (first !== undefined) throw first;
}

/** A bucket as the store of uploads. */
export function storeIn(bucket: R2Bucket): UploadStore {
  return {
    put: (name, file) => putStream(bucket, name, file),
    get: async (name) => {
      const object = await bucket.get(name);
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
    },
    putFirst: async (name, bytes) => {
      await bucket.put(name, bytes, { onlyIf: new Headers({ "if-none-match": "*" }) });
    },
    delete: (names) => bucket.delete([...names]),
    list: async (prefix, limit) => (await bucket.list({ prefix, limit })).objects.map(({ key }) => key),
  };
}

/** The uploads of this deployment; undefined if it has no bucket for them. Nothing is asked of the bucket before the first upload. */
export function uploads(): Uploads | undefined {
  const { UPLOADS }: Env & OptionalBinding = env;
  if (UPLOADS === undefined) return undefined;
  return createUploads({
    store: storeIn(UPLOADS),
    random: randomBytes,
    now: Date.now,
    waitUntil,
    logFailure: (thrown) => console.warn("Uploads whose hour is over were not deleted:", thrown),
  });
}
