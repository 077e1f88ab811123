import { expect, it } from "vitest";
import { derivedRandom } from "../../../../src/payments/x402/derived-random.ts";

it("is the same for the same secret and text, and different for others", async () => {
  const texts = [
    ["a", "b"],
    ["a", "b"],
    ["a", "c"],
    ["c", "b"],
  ] as const;
  const made = await Promise.all(texts.map(async ([secret, text]) => (await derivedRandom(secret, text))(64).join()));
  expect(made[1]).toBe(made[0]);
  expect(new Set(made).size).toBe(3);
});

it("gives each byte once, and throws when there are no more", async () => {
  const [pieces, whole] = [await derivedRandom("a", "b"), await derivedRandom("a", "b")];
  expect([...pieces(10), ...pieces(20)]).toEqual([...whole(30)]);
  pieces(226);
  expect(() => pieces(1)).toThrow(RangeError);
});

it("is HMAC-SHA-256 of a counter and the text (RFC 2104, computed by Python's hmac)", async () => {
  const random = await derivedRandom("secret", "text");
  const digits = Array.from(random(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  expect(digits).toBe("0e0d9bf77daad39f");
});
