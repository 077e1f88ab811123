import type { ArrivingFile } from "../contract/uploads-port.ts";

/** Where uploaded files are kept: a bucket. Its methods reject if it fails. */
export interface UploadStore {
  /** Rejects with `request-cancelled` if the file does not arrive whole. */
  put(name: string, file: ArrivingFile): Promise<void>;
  get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Stores bytes unless there is something of this name. */
  putFirst(name: string, bytes: Uint8Array): Promise<void>;
  delete(names: readonly string[]): Promise<void>;
  /** Names with a prefix, in the order of their characters, at most `limit`. */
  list(prefix: string, limit: number): Promise<readonly string[]>;
}
