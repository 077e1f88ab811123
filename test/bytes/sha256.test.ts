import { expect, it } from "vitest";
import { sha256 } from "../../src/bytes/sha256.ts";

it.each([
  // FIPS 180-4's examples.
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
])("sha256 of %j equals the published digest, for bytes and for text", async (text, digest) => {
  expect(await sha256(text)).toBe(digest);
  expect(await sha256(new TextEncoder().encode(text))).toBe(digest);
});
