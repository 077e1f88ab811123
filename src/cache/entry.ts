import { sha256 } from "../bytes/sha256.ts";

/** Version of the format. It changes when older entries can no longer be parsed; they are then misses. */
const FORMAT = "florence-edge/1";

/** A value and the time of its creation, in milliseconds since 1970. */
export interface Entry<Value> {
  readonly value: Value;
  readonly createdMs: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** SHA-256 of the key and the text: detects truncated entries and entries that were stored under another key. */
function checksum(key: string, text: string): Promise<string> {
  return sha256(`${key}\n${text}`);
}

/** Encodes an entry as three lines: the format, a checksum, and the entry as JSON. */
export async function encodeEntry(key: string, entry: Entry<unknown>): Promise<Uint8Array<ArrayBuffer>> {
  const text = JSON.stringify(entry);
  return new Uint8Array(encoder.encode(`${FORMAT}\n${await checksum(key, text)}\n${text}`));
}

/** Decodes an entry; returns undefined if any byte differs from the encoded entry. `parse` returns undefined for an invalid value. */
export async function decodeEntry<Value>(
  key: string,
  bytes: Uint8Array,
  parse: (value: unknown) => Value | undefined,
): Promise<Entry<Value> | undefined> {
  const [format, sum, text] = decoder.decode(bytes).split("\n", 3);
  if (format !== FORMAT || text === undefined || (await checksum(key, text)) !== sum) return undefined;
  const { value: stored, createdMs }: { readonly value: unknown; readonly createdMs: unknown } = JSON.parse(text);
  const value = parse(stored);
  return value === undefined || typeof createdMs !== "number" ? undefined : { value, createdMs };
}
