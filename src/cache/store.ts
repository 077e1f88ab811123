/** One level of the cache outside the isolate. A level that fails is a level that has nothing: it may reject, and is then passed over. */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array<ArrayBuffer>, ttlSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
}
