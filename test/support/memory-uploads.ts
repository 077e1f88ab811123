import type { UploadStore } from "../../src/uploads/upload-store.ts";
import { createUploads } from "../../src/uploads/uploads.ts";
import { secureRandom } from "./any-key.ts";

/** A store of uploads in memory, and what was done with it. */
export function memoryStore() {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const calls: string[] = [];
  const store: UploadStore = {
    put: async (name, { bytes, length, signal }) => {
      calls.push("put");
      const stored = new Uint8Array(await new Response(bytes).arrayBuffer());
      signal.throwIfAborted();
      if (stored.length !== length) throw new TypeError("The file has another length than it should.");
      files.set(name, stored);
    },
    get: async (name) => {
      calls.push("get");
      return files.get(name);
    },
    putFirst: async (name, bytes) => {
      calls.push("putFirst");
      if (!files.has(name)) files.set(name, new Uint8Array(bytes));
    },
    delete: async (names) => {
      calls.push("delete");
      for (const name of names) files.delete(name);
    },
    list: async (prefix, limit) => {
      calls.push("list");
      return [...files.keys()]
        .filter((name) => name.startsWith(prefix))
        .toSorted()
        .slice(0, limit);
    },
  };
  return { store, files, calls };
}

/** What the names of files begin with. */
export const MEMORY_FOLDER = "uploads/";

/** Uploads in memory, with a clock that stands still until it is set. `create` makes those of another isolate. */
export function memoryUploads() {
  const { store, files, calls } = memoryStore();
  const clock = { nowMs: Date.UTC(2026, 10, 30, 12) };
  const pending: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const create = (changes: Partial<UploadStore> = {}) =>
    createUploads({
      store: { ...store, ...changes },
      random: secureRandom,
      now: () => clock.nowMs,
      waitUntil: (work) => void pending.push(work),
      logFailure: (thrown) => void failures.push(thrown),
    });
  return { uploads: create(), create, store, files, calls, clock, pending, failures };
}
