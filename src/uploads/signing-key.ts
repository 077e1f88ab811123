import { Problem } from "../contract/problems.ts";
import type { UploadStore } from "./upload-store.ts";

/** The name under which the deployment's own key is stored: the raw bytes of a key of HMAC with SHA-256. */
export const KEY_NAME = "signing-key";

const KEY_BYTES = 32;

function unavailable(cause: unknown): Problem {
  return cause instanceof Problem
    ? cause
    : new Problem("storage-unavailable", "The storage of uploaded files did not reply.", { cause });
}

/** Runs a call of the store, whose failures are the problem `storage-unavailable`. */
export async function stored<Value>(work: Promise<Value>): Promise<Value> {
  return work.catch((thrown: unknown) => Promise.reject(unavailable(thrown)));
}

/** Returns the HMAC key of a deployment: made at the first use and kept in the store itself, which nobody else reads. */
export function createSigningKey({
  store,
  random,
}: {
  readonly store: Pick<UploadStore, "get" | "putFirst">;
  readonly random: (length: number) => Uint8Array;
}): () => Promise<CryptoKey> {
  const load = async (): Promise<CryptoKey> => {
    const found = await store.get(KEY_NAME);
    if (found === undefined) await store.putFirst(KEY_NAME, random(KEY_BYTES));
    const bytes = found ?? (await store.get(KEY_NAME));
    if (bytes === undefined) throw new Error("The store has lost what was just stored.");
    return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  };
  let loading: Promise<CryptoKey> | undefined;
  return async () => {
    loading ??= load();
    return stored(loading).catch((thrown: unknown) => {
      loading = undefined;
      throw thrown;
    });
  };
}
