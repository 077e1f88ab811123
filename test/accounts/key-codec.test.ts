import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatKey,
  KEY_CHARACTERS,
  KEY_PATTERN,
  keyHash,
  lastFour,
  newAccountId,
  newKey,
  parseKey,
} from "../../src/accounts/key-codec.ts";
import { sha256 } from "../../src/bytes/sha256.ts";
import { anyKey, anyKeyParts, secureRandom, seededRandom } from "../support/any-key.ts";
import { mutatedKey } from "../support/mutated-key.ts";

/** Mutations of one run; a campaign of 10^6 is a matter of seconds. */
const MUTATIONS = 100_000;

describe("a key", () => {
  it("is what it was before it was written", () => {
    fc.assert(
      fc.property(anyKeyParts, (parts) => {
        const text = formatKey(parts);
        expect(text).toHaveLength(KEY_CHARACTERS);
        expect(parseKey(text)).toEqual(parts);
      }),
    );
  });

  it("has the checksum that other CRC-32 programs compute", () => {
    const parts = { mode: "live", account: "A".repeat(11), keyId: "K".repeat(6), secret: "S".repeat(30) } as const;
    // Computed with Python's zlib.crc32, and written in base 62 by hand.
    expect(formatKey(parts)).toBe(`fe_live_${"A".repeat(11)}${"K".repeat(6)}${"S".repeat(30)}1VtFML`);
  });

  it("is refused after any change, by its checksum alone", () => {
    const random = seededRandom(17);
    let refused = 0;
    for (let run = 0; run < MUTATIONS; run += 1) {
      const key = formatKey(newKey({ mode: "live", account: newAccountId(random) }, random));
      const mutated = mutatedKey(key, random);
      if (mutated === undefined) continue;
      if (parseKey(mutated) !== undefined) throw new Error(`A changed key was accepted at run ${run}.`);
      refused += 1;
    }
    expect(refused).toBeGreaterThan(MUTATIONS * 0.9);
  });

  it("is not read from any other text", () => {
    const any = fc.oneof(fc.string(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(any, (text) => {
        expect(parseKey(text)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(anyKey, (key) => {
        for (const text of [` ${key}`, `${key}\n`, key.toUpperCase()]) expect(parseKey(text)).toBeUndefined();
      }),
    );
  });

  it("differs from the next in its id and secret", () => {
    const one = newKey({ mode: "live", account: "A".repeat(11) }, secureRandom);
    const other = newKey({ mode: "live", account: "A".repeat(11) }, secureRandom);
    expect(one.keyId).not.toBe(other.keyId);
    expect(one.secret).not.toBe(other.secret);
  });

  it("is stored as the SHA-256 of its whole text and its last four characters", async () => {
    const parts = newKey({ mode: "test", account: newAccountId(secureRandom) }, secureRandom);
    const text = formatKey(parts);
    expect(await keyHash(parts)).toBe(await sha256(text));
    expect(text.endsWith(lastFour(parts))).toBe(true);
    expect(lastFour(parts)).toHaveLength(4);
  });
});

describe("random digits", () => {
  it("are equally frequent, whatever their place", () => {
    const counts = new Map<string, number>();
    const total = 62 * 2000;
    for (const digit of newAccountIds(total)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // Six standard deviations of a binomial distribution around 2000.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(6 * Math.sqrt(2000));
  });

  it("come of fair bytes only", () => {
    // 248 to 255 would make the first eight digits more frequent.
    const bytes = [255, 248, 247, 0, 61, 62, ...Array.from({ length: 30 }, () => 1)];
    expect(newAccountId((length) => Uint8Array.from(bytes.splice(0, length)))).toMatch(/^z0z01+$/u);
  });
});

function newAccountIds(characters: number): string {
  const random = seededRandom(1);
  let text = "";
  while (text.length < characters) text += newAccountId(random);
  return text.slice(0, characters);
}

describe("the pattern for scanners of secrets", () => {
  const pattern = new RegExp(KEY_PATTERN, "u");

  it("finds a key wherever it was pasted", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        for (const text of [
          key,
          `"${key}"`,
          `key=${key}`,
          `Authorization: Bearer ${key}\n`,
          `https://a.test/?k=${key}&b`,
        ]) {
          expect(pattern.exec(text)?.[0]).toBe(key);
        }
      }),
    );
  });

  it("finds nothing in a key that lost or gained a digit, or has another prefix or sign", () => {
    fc.assert(
      fc.property(anyKey, fc.nat({ max: 52 }), (key, at) => {
        const place = 8 + at;
        const others = [
          key.slice(0, place) + key.slice(place + 1),
          `${key.slice(0, place)}0${key.slice(place)}`,
          `${key.slice(0, place)}-${key.slice(place + 1)}`,
          key.replace("fe_", "fx_"),
          key.replace("_live_", "_lite_").replace("_test_", "_text_"),
        ];
        expect(others.filter((text) => pattern.test(text))).toEqual([]);
      }),
    );
  });

  it("matches nothing that scanners with simpler engines could not", () => {
    expect(KEY_PATTERN).not.toMatch(/\(\?[=!<]|\\\d/u);
  });
});
