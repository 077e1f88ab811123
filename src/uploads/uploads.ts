import { Problem } from "../contract/problems.ts";
import type { Uploads } from "../contract/uploads-port.ts";
import { createSigningKey, stored } from "./signing-key.ts";
import { isOwners, isSigned, newHandle, type ReadHandle, readHandle, signatureOf } from "./upload-handle.ts";
import type { UploadStore } from "./upload-store.ts";

/** The folder of the files in the store. */
const FOLDER = "uploads/";

/** Decimal digits of a second since 1970, so that names are sorted by when they end. */
const SECOND_DIGITS = 10;

/** How often an isolate looks for files whose hour is over, in milliseconds, when something is uploaded. */
const SWEEP_MS = 60_000;

/** The most files that are deleted at once: as many as the store deletes in one call. */
const SWEEP_FILES = 1000;

/** What `createUploads` needs. */
export interface UploadsOptions {
  readonly store: UploadStore;
  readonly random: (length: number) => Uint8Array;
  readonly now: () => number;
  /** Runs work that no response waits for. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly logFailure: (thrown: unknown) => void;
}

/** The name of a handle's file. */
function nameOf({ handle, expires }: ReadHandle): string {
  return `${FOLDER}${String(expires).padStart(SECOND_DIGITS, "0")}/${handle}`;
}

/** The second at which the file of this name ends. */
function expiresOf(name: string): number {
  return Number(name.slice(FOLDER.length, FOLDER.length + SECOND_DIGITS));
}

function unknownUpload(): Problem {
  return new Problem("unknown-upload", "The handle is not one of this service, or was made for another account.");
}

/** Deletes files whose hour is over, once in a while. The oldest are first in the list. */
function createSweep({ store, now, waitUntil, logFailure }: UploadsOptions): () => void {
  const sweep = async (): Promise<void> => {
    const names = await store.list(FOLDER, SWEEP_FILES);
    const old = names.filter((name) => expiresOf(name) * 1000 <= now());
    if (old.length > 0) await store.delete(old);
  };
  let lastMs = -Infinity;
  return () => {
    if (Math.abs(now() - lastMs) < SWEEP_MS) return;
    lastMs = now();
    waitUntil(sweep().catch(logFailure));
  };
}

/** Creates the uploads of a deployment. */
export function createUploads(options: UploadsOptions): Uploads {
  const { store, random, now, waitUntil, logFailure } = options;
  const [key, sweep] = [createSigningKey(options), createSweep(options)];
  /** Throws for a handle whose hour is over, and deletes its file. */
  const checkTime = (read: ReadHandle): void => {
    if (read.expires * 1000 > now()) return;
    waitUntil(store.delete([nameOf(read)]).catch(logFailure));
    const end = new Date(read.expires * 1000).toISOString();
    throw new Problem("upload-expired", `The handle ended at ${end}.`);
  };
  return {
    prepare: async (owner) => {
      const handle = await newHandle(await key(), { owner, random, nowMs: now() });
      const read = readHandle(handle);
      if (read === undefined) throw new Error("A new handle is not spelled like one.");
      return { handle, signature: await signatureOf(await key(), read) };
    },
    put: async ({ handle, signature }, file) => {
      const read = readHandle(handle);
      if (read === undefined) throw unknownUpload();
      if (!(await isSigned(await key(), read, signature))) {
        throw new Problem("upload-signature-invalid", "The address has no signature of this service for this handle.");
      }
      checkTime(read);
      await stored(store.put(nameOf(read), file));
      sweep();
    },
    read: async (handle, owner) => {
      const read = readHandle(handle);
      if (read === undefined || !(await isOwners(await key(), read, owner))) throw unknownUpload();
      checkTime(read);
      const bytes = await stored(store.get(nameOf(read)));
      if (bytes === undefined) throw new Problem("upload-empty", "No file has been sent to the upload's address.");
      return bytes;
    },
  };
}
