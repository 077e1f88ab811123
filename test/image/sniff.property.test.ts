import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sniff } from "../../src/image/sniff.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

/** Only small files: a property parses its file hundreds of times. */
const files = vectorImages.map(({ file }) => vectorImage(file)).filter(({ length }) => length < 20_000);
const anyFile = fc.constantFrom(...files);

describe("sniff", () => {
  it("returns a result for any bytes without throwing", () => {
    const starts = [
      "ffd8ff",
      "89504e470d0a1a0a",
      "524946460000000057454250",
      "52494646ff00000057454250",
      "474946383961",
      "",
    ].map((hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        expect(sniff(Uint8Array.of(...start, ...rest))).toBeTypeOf("object");
      }),
    );
  });

  it("returns the header of the complete file, or refuses it, for every proper prefix", () => {
    fc.assert(
      fc.property(anyFile, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (file, fraction) => {
        const prefix = sniff(file.subarray(0, Math.floor(file.length * fraction)));
        expect("refused" in prefix ? sniff(file) : prefix).toEqual(sniff(file));
      }),
    );
  });

  it("ignores bytes after the end of a complete file", () => {
    fc.assert(
      fc.property(anyFile, fc.uint8Array({ maxLength: 100 }), (file, rest) => {
        expect(sniff(Uint8Array.of(...file, ...rest))).toEqual(sniff(file));
      }),
    );
  });

  it("never reads outside of a damaged file", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anyFile, damage, (file, changes) => {
        const damaged = Uint8Array.from(file);
        for (const [at, byte] of changes) damaged[(at % 700) % damaged.length] = byte;
        const surrounded = new Uint8Array(damaged.length + 200).fill(0xff);
        surrounded.set(damaged, 100);
        expect(sniff(surrounded.subarray(100, 100 + damaged.length))).toEqual(sniff(damaged));
      }),
    );
  });
});
