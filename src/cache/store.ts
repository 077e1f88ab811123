/** One level of the cache outside the isolate. Methods may reject: the cache then skips the level, as after a miss. */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array<ArrayBuffer>, ttlSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
}
