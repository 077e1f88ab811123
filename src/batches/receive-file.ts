import { MAX_FILE_BYTES } from "../contract/batches.ts";
import type { FileFacts, FileReceiver } from "../contract/batches-port.ts";
import { Problem } from "../contract/problems.ts";
import type { FileSeed } from "./book-port.ts";
import { createIndexer } from "./file-index.ts";
import { fileObject } from "./ids.ts";
import type { BatchStorage, PartedObject } from "./storage.ts";

/** Size of a part in bytes: the smallest that R2 takes. One is in memory while a file arrives. */
export const PART_BYTES = 5 * 1024 * 1024;

/** What a receiver needs. */
export interface ReceiveOptions {
  readonly id: string;
  readonly storage: BatchStorage;
  readonly maxBytes?: number;
  /** Writes down a file whose bytes are stored. */
  readonly add: (seed: FileSeed) => Promise<FileFacts>;
}

/** Creates what stores bytes in parts: a small file as a whole. */
function createParts({ id, storage }: ReceiveOptions) {
  let buffer: Uint8Array | undefined;
  let filled = 0;
  let object: PartedObject | undefined;
  const flush = async (): Promise<void> => {
    object ??= await storage.putInParts(fileObject(id));
    await object.put((buffer ?? new Uint8Array()).subarray(0, filled));
    filled = 0;
  };
  return {
    write: async (bytes: Uint8Array): Promise<void> => {
      buffer ??= new Uint8Array(PART_BYTES);
      for (let at = 0; at < bytes.length;) {
        const some = bytes.subarray(at, at + PART_BYTES - filled);
        buffer.set(some, filled);
        filled += some.length;
        at += some.length;
        if (filled === PART_BYTES) await flush();
      }
    },
    complete: async (): Promise<void> => {
      if (object === undefined) return storage.put(fileObject(id), (buffer ?? new Uint8Array()).subarray(0, filled));
      if (filled > 0) await flush();
      await object.complete();
    },
    abort: async (): Promise<void> => object?.abort(),
  };
}

/** Receives a file: its bytes go to the storage as they arrive, and its lines are found meanwhile. */
export function receiveFile(options: ReceiveOptions): FileReceiver {
  const { id, storage, add, maxBytes = MAX_FILE_BYTES } = options;
  const parts = createParts(options);
  const indexer = createIndexer();
  let length = 0;
  return {
    write: async (bytes) => {
      length += bytes.length;
      if (length > maxBytes) throw new Problem("file-too-large", `A file may have at most ${maxBytes} bytes.`);
      indexer.push(bytes);
      await parts.write(bytes);
    },
    commit: async ({ filename, keptSeconds }) => {
      const index = indexer.end();
      await parts.complete();
      try {
        return await add({ id, bytes: length, filename, keptSeconds, index });
      } catch (thrown) {
        // The reply of a book may be lost: then the file may be there, and needs its bytes. If not, the storage's own rule deletes them.
        const isUnknown = !(thrown instanceof Problem) || thrown.code === "storage-unavailable";
        if (!isUnknown) await storage.delete([fileObject(id)]).catch(() => undefined);
        throw thrown;
      }
    },
    // What is not aborted, the storage deletes after a week.
    abort: () => parts.abort().catch(() => undefined),
  };
}
