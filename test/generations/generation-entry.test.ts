import { describe, expect, it } from "vitest";
import { createByteLru } from "../../src/cache/byte-lru.ts";
import type { Entry } from "../../src/cache/entry.ts";
import { ENTRY_BYTES, generationBytes } from "../../src/generations/generation-entry.ts";
import type { Generation } from "../../src/inference/backend.ts";

function entry(tokenIds: readonly number[], text: string): Entry<Generation> {
  const tokenLogprobs = tokenIds.map(() => 0);
  return { value: { tokenIds, tokenLogprobs, text, finishReason: "stop", promptTokens: 1 }, createdMs: 0 };
}

describe("what an entry takes in the isolate", () => {
  it("is that of its tokens and its text, and what it takes itself", () => {
    expect(generationBytes(entry([0, 7, 2], "<s>a</s>"))).toBe(ENTRY_BYTES + 3 * 16 + 8 * 2);
  });

  it("bounds how many short answers a budget holds", () => {
    const memory = createByteLru({ maxBytes: 10 * ENTRY_BYTES, bytesOf: generationBytes });
    for (let at = 0; at < 100; at += 1) memory.set(String(at), entry([], ""));
    expect(memory.size).toBe(10);
  });
});
