const HEXADECIMAL = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Returns the SHA-256 of bytes, or of a text encoded as UTF-8, as 64 hexadecimal digits. */
export async function sha256(content: Uint8Array | string): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- the DOM types of tsconfig.node.json need it
  const digest = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  let digits = "";
  for (const byte of new Uint8Array(digest)) digits += HEXADECIMAL[byte] ?? "";
  return digits;
}
