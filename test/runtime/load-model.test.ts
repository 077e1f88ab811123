import { describe, expect, it } from "vitest";
import { loadModel, modelFiles, type LoadOptions } from "../../src/runtime/load-model.ts";
import type { CreateSession } from "../../src/runtime/session.ts";
import type { ModelShards } from "../../src/weights/shards.ts";
import { tinyFiles, tinySessions, tinyTokenizer } from "../support/tiny-model.ts";

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Shards straight from a map: what they verify is tested elsewhere. */
function shardsOf(files: Files): ModelShards {
  const bytes = async (path: string) => {
    const found = files.get(path);
    if (found === undefined) throw new Error(`no ${path}`);
    return found.slice();
  };
  const json = async (path: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await bytes(path)));
  return { id: "tiny", revision: "1", dtype: "fp32", bytes, json };
}

function options(createSession: CreateSession, files: Files = tinyFiles, progress = () => {}): LoadOptions {
  return { shards: shardsOf(files), createSession, createTokenizer: () => tinyTokenizer, progress };
}

describe("loading a model", () => {
  it("takes the largest graphs first and tells of each", async () => {
    const { create, created } = tinySessions();
    let told = 0;
    await loadModel(options(create, tinyFiles, () => (told += 1)));
    expect(created).toEqual([modelFiles.decoder, modelFiles.visionEncoder, modelFiles.encoder, modelFiles.embedTokens]);
    expect(told).toBe(4);
  });

  it("frees each file before it reads the next", async () => {
    const { create } = tinySessions();
    const seen: Uint8Array[] = [];
    await loadModel(
      options((bytes) => {
        expect(seen.map(({ buffer }) => buffer.byteLength)).toEqual(seen.map(() => 0));
        seen.push(bytes);
        return create(bytes);
      }),
    );
    expect(seen).toHaveLength(4);
  });

  it("hands the tokenizer's two files to whoever makes the tokenizer", async () => {
    const { create } = tinySessions();
    const asked: unknown[] = [];
    const createTokenizer = (...files: readonly unknown[]) => {
      asked.push(...files);
      return tinyTokenizer;
    };
    const { tokenizer } = await loadModel({ ...options(create), createTokenizer });
    expect(tokenizer).toBe(tinyTokenizer);
    expect(asked).toEqual([expect.objectContaining({ added_tokens: expect.anything() }), {}]);
  });

  it("releases what it has loaded when a later graph is missing", async () => {
    const { create, released } = tinySessions();
    const files = new Map([...tinyFiles].filter(([path]) => path !== modelFiles.encoder));
    await expect(loadModel(options(create, files))).rejects.toThrow(`no ${modelFiles.encoder}`);
    expect(released).toEqual([modelFiles.decoder, modelFiles.visionEncoder]);
  });

  it("names the graph that the runtime refuses", async () => {
    const { create } = tinySessions();
    const files = new Map([...tinyFiles, [modelFiles.visionEncoder, new TextEncoder().encode("nonsense")]]);
    const detail = expect.stringContaining(modelFiles.visionEncoder);
    await expect(loadModel(options(create, files))).rejects.toMatchObject({ code: "model-unavailable", detail });
  });
});
