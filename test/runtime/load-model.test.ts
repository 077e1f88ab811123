import { describe, expect, it } from "vitest";
import { problems } from "../../src/contract/problem-table.ts";
import { loadModel, modelFiles, type LoadOptions } from "../../src/runtime/load-model.ts";
import type { CreateSession } from "../../src/runtime/session.ts";
import type { ModelShards } from "../../src/weights/shards.ts";
import { lfsPointer, onnxModel } from "../support/onnx-model.ts";
import { tinyFiles, tinySessions, tinyTokenizer } from "../support/tiny-model.ts";

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Shards that read from a map and verify nothing: verification is tested elsewhere. */
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
  it("loads the largest graphs first and reports progress after each", async () => {
    const { create, created } = tinySessions();
    let progressCalls = 0;
    await loadModel(options(create, tinyFiles, () => (progressCalls += 1)));
    expect(created).toEqual([modelFiles.decoder, modelFiles.visionEncoder, modelFiles.encoder, modelFiles.embedTokens]);
    expect(progressCalls).toBe(4);
  });

  it("frees each file before it reads the next", async () => {
    const { create } = tinySessions();
    const files: Uint8Array[] = [];
    await loadModel(
      options((bytes) => {
        expect(files.map(({ buffer }) => buffer.byteLength)).toEqual(files.map(() => 0));
        files.push(bytes);
        return create(bytes);
      }),
    );
    expect(files).toHaveLength(4);
  });

  it("passes the tokenizer's two files to createTokenizer", async () => {
    const { create } = tinySessions();
    const received: unknown[] = [];
    const createTokenizer = (...files: readonly unknown[]) => {
      received.push(...files);
      return tinyTokenizer;
    };
    const { tokenizer } = await loadModel({ ...options(create), createTokenizer });
    expect(tokenizer).toBe(tinyTokenizer);
    expect(received).toEqual([expect.objectContaining({ added_tokens: expect.anything() }), {}]);
  });

  it("releases the loaded graphs when a later graph is missing", async () => {
    const { create, released } = tinySessions();
    const files = new Map([...tinyFiles].filter(([path]) => path !== modelFiles.encoder));
    await expect(loadModel(options(create, files))).rejects.toThrow(`no ${modelFiles.encoder}`);
    expect(released).toEqual([modelFiles.decoder, modelFiles.visionEncoder]);
  });

  it("names a graph that the runtime rejects, which another attempt may load", async () => {
    const { create } = tinySessions();
    const files = new Map([...tinyFiles, [modelFiles.visionEncoder, onnxModel("another graph")]]);
    const detail = expect.stringContaining(modelFiles.visionEncoder);
    await expect(loadModel(options(create, files))).rejects.toMatchObject({ code: "model-unavailable", detail });
  });

  /** huggingface/transformers.js#1025 and microsoft/onnxruntime-genai#684: clones without Git LFS. */
  it.each([
    ["a Git LFS pointer", lfsPointer(), "git lfs pull"],
    ["a web page", "<!doctype html><title>Sign in</title>", "web page"],
    ["a text", "nonsense", "text"],
  ])("rejects %s in place of a graph for good, although it matches the manifest", async (_, text, said) => {
    const { create, released } = tinySessions();
    const files = new Map([...tinyFiles, [modelFiles.visionEncoder, new TextEncoder().encode(text)]]);
    const thrown: unknown = await loadModel(options(create, files)).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "model-corrupt", detail: expect.stringContaining(modelFiles.visionEncoder) });
    expect(thrown).toMatchObject({ detail: expect.stringContaining(said) });
    expect(released).toEqual([modelFiles.decoder]);
    expect(problems["model-corrupt"].retryable).toBe(false);
  });
});
