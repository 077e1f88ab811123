import { describe, expect, it } from "vitest";
import { createByteLru } from "../../src/cache/byte-lru.ts";
import type { Entry } from "../../src/cache/entry.ts";
import { ENTRY_BYTES, generationBytes } from "../../src/generations/generation-entry.ts";
import type { Generation } from "../../src/inference/backend.ts";

function entry(tokenIds: readonly number[], text: string): Entry<Generation> {
  const tokenLogprobs = tokenIds.map(() => 0);
  return { value: { tokenIds, tokenLogprobs, text, finishReason: "stop", promptTokens: 1 }, createdMs: 0 };
}

describe("the memory of an entry", () => {
  it("is the sum of its tokens, its text and `ENTRY_BYTES`", () => {
    expect(generationBytes(entry([0, 7, 2], "<s>a</s>"))).toBe(ENTRY_BYTES + 3 * 16 + 8 * 2);
  });

  it("limits the number of short answers in the cache", () => {
    const memory = createByteLru({ maxBytes: 10 * ENTRY_BYTES, bytesOf: generationBytes });
    for (let index = 0; index < 100; index += 1) memory.set(String(index), entry([], ""));
    expect(memory.size).toBe(10);
  });
});
