import type { ContentPart } from "./book-port.ts";

/** An object that is written in parts. */
export interface PartedObject {
  /** Stores the next part. All but the last have the same size. */
  put(bytes: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

/** Where files and results are, by name. Every verb throws `Problem`: `storage-unavailable`. */
export interface BatchStorage {
  put(name: string, bytes: Uint8Array | string): Promise<void>;
  putInParts(name: string): Promise<PartedObject>;
  /** Undefined if there is no such object. */
  read(name: string, range: { readonly offset: number; readonly length: number }): Promise<Uint8Array | undefined>;
  /** The bytes of objects one after another, of which few are in memory. Throws before the first byte if the first object cannot be read. */
  join(parts: readonly ContentPart[]): Promise<ReadableStream<Uint8Array>>;
  delete(names: readonly string[]): Promise<void>;
}
