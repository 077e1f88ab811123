import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readModelFile } from "../../functions/assets.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { createWebSession, linearMemoryBytes } from "../../src/runtime/ort-web.ts";
import { openModelShards, type ModelShards } from "../../src/weights/shards.ts";

/** Records every console call and every fetch. */
const sideEffect = vi.fn<(...values: readonly unknown[]) => void>();
const { instantiate } = WebAssembly;

const openMini = (): Promise<ModelShards> => openModelShards(readModelFile, "mini");

const embed = async (shards: ModelShards) => createWebSession(await shards.bytes(modelFiles.embedTokens));

beforeEach(() => {
  vi.stubGlobal("console", {
    debug: sideEffect,
    error: sideEffect,
    info: sideEffect,
    log: sideEffect,
    warn: sideEffect,
  });
  vi.stubGlobal("fetch", sideEffect);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a session in the isolate", () => {
  it("looks up rows of a table that is stored outside the graph", async () => {
    const session = await embed(await openMini());
    const input_ids = { type: "int64", data: BigInt64Array.of(0n, 2n, 0n), dims: [1, 3] } as const;
    const { inputs_embeds: rows } = await session.run({ input_ids });
    expect(rows?.dims).toEqual([1, 3, 256]);
    const [first, second, third] = [0, 1, 2].map((row) => rows?.data.slice(row * 256, (row + 1) * 256));
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
    expect(linearMemoryBytes()).toBeGreaterThan(0);
    await session.release();
  });

  it("works after the file's buffer is detached", async () => {
    const bytes = await (await openMini()).bytes(modelFiles.embedTokens);
    const session = await createWebSession(bytes);
    bytes.buffer.transfer(0);
    const input_ids = { type: "int64", data: BigInt64Array.of(5n), dims: [1, 1] } as const;
    const { inputs_embeds: row } = await session.run({ input_ids });
    expect(row?.data.some((value) => value !== 0)).toBe(true);
    await session.release();
  });

  it("cannot be created from bytes that are not a graph, and the next session works", async () => {
    await expect(createWebSession(Uint8Array.of(0x3a, 0x7f, 1))).rejects.toThrow(RangeError);
    await expect(createWebSession(Uint8Array.of(0x08, 0x0a))).rejects.toThrow(/graph|model/iu);
    await (await embed(await openMini())).release();
  });

  it("rejects an input of the wrong type", async () => {
    const session = await embed(await openMini());
    const input_ids = { type: "float32", data: Float32Array.of(5), dims: [1, 1] } as const;
    await expect(session.run({ input_ids })).rejects.toThrow(/type/u);
    await session.release();
  });

  it("prints nothing, fetches nothing and leaves WebAssembly unchanged", () => {
    expect(sideEffect).not.toHaveBeenCalled();
    expect(linearMemoryBytes()).toBeGreaterThan(0);
    expect(WebAssembly.instantiate).toBe(instantiate);
  });
});
