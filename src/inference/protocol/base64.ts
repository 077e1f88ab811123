const alphabet = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PADDING = "=".charCodeAt(0);

/** Encodes as standard base64 with padding. Does not use `btoa`: converting the bytes to the string that it requires took nine times as long. */
export function encodeBase64(bytes: Uint8Array): string {
  const characters = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    characters[to] = alphabet[bits >> 18] ?? 0;
    characters[to + 1] = alphabet[(bits >> 12) & 63] ?? 0;
    characters[to + 2] = alphabet[(bits >> 6) & 63] ?? 0;
    characters[to + 3] = alphabet[bits & 63] ?? 0;
    to += 4;
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  characters.fill(PADDING, characters.length - missing);
  return new TextDecoder().decode(characters);
}

/** Decodes standard base64, with or without padding; `undefined` for any other text. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let at = 0; at < characters.length; at += 1) bytes[at] = characters.charCodeAt(at);
    return bytes;
  } catch {
    return undefined;
  }
}
