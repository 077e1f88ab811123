import { expect, it } from "vitest";
import { keyRefusal } from "../../src/accounts/key-standing.ts";

const hash = "a".repeat(64);
const wrong = "b".repeat(64);
const now = 1_000;

it.each([
  ["good", { hash }, undefined],
  ["good until its last millisecond", { hash, expiresMs: now + 1 }, undefined],
  ["expired from then on", { hash, expiresMs: now }, "key-expired"],
  ["revoked", { hash, revokedMs: now - 1 }, "key-revoked"],
  ["revoked, even if it has expired as well", { hash, expiresMs: 1, revokedMs: 2 }, "key-revoked"],
])("a key is %s", (_, stored, refusal) => {
  expect(keyRefusal(stored, hash, now)).toBe(refusal);
});

it.each([
  ["no key", undefined],
  ["a key", { hash }],
  ["an expired key", { hash, expiresMs: 1 }],
  ["a revoked key", { hash, revokedMs: 1 }],
])("a stranger to %s learns only that his key is invalid", (_, stored) => {
  expect(keyRefusal(stored, wrong, now)).toBe("key-invalid");
});
