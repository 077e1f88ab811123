import { sha256 } from "../bytes/sha256.ts";

/** Changes when entries of before cannot be read any more; they are then misses. */
const FORMAT = "florence-edge/1";

/** A value and when it was made, in milliseconds since 1970. */
export interface Entry<Value> {
  readonly value: Value;
  readonly createdMs: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** SHA-256 of the key and the text: an entry that was put under another key is as false as one that was cut off. */
function checksum(key: string, text: string): Promise<string> {
  return sha256(`${key}\n${text}`);
}

/** Three lines: the format, a checksum, and the entry as JSON. */
export async function encodeEntry(key: string, entry: Entry<unknown>): Promise<Uint8Array<ArrayBuffer>> {
  const text = JSON.stringify(entry);
  return new Uint8Array(encoder.encode(`${FORMAT}\n${await checksum(key, text)}\n${text}`));
}

/** The entry, or nothing where a single byte of it is not what was written. `read` says whether the value is one, and gives it. */
export async function decodeEntry<Value>(
  key: string,
  bytes: Uint8Array,
  read: (value: unknown) => Value | undefined,
): Promise<Entry<Value> | undefined> {
  const [format, sum, text] = decoder.decode(bytes).split("\n", 3);
  if (format !== FORMAT || text === undefined || (await checksum(key, text)) !== sum) return undefined;
  const { value: stored, createdMs }: { readonly value: unknown; readonly createdMs: unknown } = JSON.parse(text);
  const value = read(stored);
  return value === undefined || typeof createdMs !== "number" ? undefined : { value, createdMs };
}
