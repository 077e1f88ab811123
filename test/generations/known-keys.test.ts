import { describe, expect, it } from "vitest";
import { generationKey } from "../../src/cache/generation-key.ts";
import { createKeysOf } from "../../src/generations/known-keys.ts";

const model = { id: "m", revision: "1", dtype: "fp32" };
const shared = { salt: "s", digest: "d", model, decoding: {} };
const prompts = ["one", "two"];

function keysOf(parts: typeof shared): Promise<readonly string[]> {
  return Promise.all(prompts.map((prompt) => generationKey({ ...parts, prompt })));
}

describe("the keys of prompts", () => {
  it("are those of each prompt, also when they are remembered", async () => {
    const known = createKeysOf();
    const first = await known(prompts, shared);
    expect(first).toEqual(await keysOf(shared));
    expect(await known(prompts, shared)).toBe(first);
  });

  it.each([
    { salt: "another owner's" },
    { digest: "e" },
    { model: { ...model, revision: "2" } },
    { decoding: { beams: 2 } },
  ])("are others where %o differs", async (change) => {
    const known = createKeysOf();
    const first = await known(prompts, shared);
    const others = await known(prompts, { ...shared, ...change });
    expect(others).toEqual(await keysOf({ ...shared, ...change }));
    expect(others.some((key) => first.includes(key))).toBe(false);
    expect(await known(prompts, shared)).toEqual(first);
  });
});
