/** Where the bodies and answers of jobs are, by name. Every verb throws `Problem`: `storage-unavailable`. */
export interface JobStorage {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined if there is none. */
  get(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Those that do not exist do not matter. */
  delete(names: readonly string[]): Promise<void>;
}
