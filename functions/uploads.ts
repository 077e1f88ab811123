import { env, waitUntil } from "cloudflare:workers";
import type { ArrivingFile, Uploads } from "../src/contract/uploads-port.ts";
import type { UploadStore } from "../src/uploads/upload-store.ts";
import { createUploads } from "../src/uploads/uploads.ts";
import { randomBytes } from "./ledger.ts";

/** A binding that a deployment may leave out. */
interface OptionalBinding {
  readonly UPLOADS?: R2Bucket;
}

/** Passes a file on to the bucket as it arrives, of which a few pieces are in memory. Rejects with what ended the transfer. */
async function putStream(bucket: R2Bucket, name: string, { bytes, length, signal }: ArrivingFile): Promise<void> {
  const { readable, writable } = new FixedLengthStream(length);
  const transfer = bytes.pipeTo(writable, { signal });
  const [sent, stored] = await Promise.allSettled([transfer, bucket.put(name, readable)]);
  if (sent.status === "rejected") throw sent.reason;
  if (stored.status === "rejected") throw stored.reason;
}

function storeIn(bucket: R2Bucket): UploadStore {
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
