import { expect, it } from "vitest";
import { crc32 } from "../../src/bytes/crc32.ts";

it.each([
  // The check value of the catalogue of parametrised CRC algorithms (CRC-32/ISO-HDLC).
  ["123456789", 0xcbf43926],
  ["", 0],
  // The type of PNG's last chunk, whose checksum every PNG file ends with.
  ["IEND", 0xae426082],
])("crc32 of %j equals the published checksum", (text, checksum) => {
  expect(crc32(new TextEncoder().encode(text))).toBe(checksum);
});
