import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { modelFiles } from "../../../src/runtime/load-model.ts";
import { MAX_PART_BYTES, openModelShards, type ReadAsset } from "../../../src/weights/shards.ts";
import { lfsPointer, onnxModel } from "../../support/onnx-model.ts";
import { tinyFiles } from "../../support/tiny-model.ts";

let folder = "";
const exported = () => join(folder, "exported");
const output = () => join(folder, "shards");
const read: ReadAsset = async (path) => new Response(await readFile(join(output(), path)));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const revision = async () => (await openModelShards(read, "tiny")).revision;

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(exported(), path)), { recursive: true });
  await writeFile(join(exported(), path), bytes);
}

async function shard(id: string, ...options: readonly string[]): Promise<void> {
  const tool = join(import.meta.dirname, "../../../tools/shard.ts");
  await promisify(execFile)(process.execPath, [tool, exported(), id, "--output", output(), ...options]);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-shard-"));
  await mkdir(output());
  for (const [path, bytes] of tinyFiles) await write(path, bytes);
});

afterEach(() => rm(folder, { recursive: true }));

describe("tools/shard.ts", () => {
  it("writes files that the runtime reads back byte for byte", async () => {
    await shard("tiny");
    const shards = await openModelShards(read, "tiny");
    for (const [path, bytes] of tinyFiles) expect(await shards.bytes(path)).toEqual(bytes);
  });

  it("splits a file that is too large for one asset, and keeps the names of the others", async () => {
    const large = onnxModel("large", MAX_PART_BYTES + 1000);
    await write(modelFiles.decoder, large);
    await shard("tiny");
    const written = await readdir(join(output(), "tiny/onnx"));
    expect(written.toSorted()).toEqual([
      "decoder_model_merged.onnx.000",
      "decoder_model_merged.onnx.001",
      "embed_tokens.onnx",
      "encoder_model.onnx",
      "vision_encoder.onnx",
    ]);
    const bytes = await (await openModelShards(read, "tiny")).bytes(modelFiles.decoder);
    expect(Buffer.compare(bytes, large)).toBe(0);
  });

  it("changes the revision when one byte differs, and keeps it when none does", async () => {
    await shard("tiny");
    const before = await revision();
    await shard("tiny");
    expect(await revision()).toBe(before);
    await write("tokenizer_config.json", utf8("{ }"));
    await shard("tiny");
    expect(await revision()).not.toBe(before);
  });

  it("keeps the other models, and removes parts that a model no longer has", async () => {
    await shard("other");
    await write("onnx/extra.onnx", onnxModel("extra"));
    await shard("tiny");
    await rm(join(exported(), "onnx/extra.onnx"));
    await shard("tiny");
    expect(await readdir(join(output(), "tiny/onnx"))).not.toContain("extra.onnx");
    await expect(openModelShards(read, "other")).resolves.toMatchObject({ id: "other" });
    await expect(openModelShards(read, "tiny")).resolves.toMatchObject({ id: "tiny" });
  });

  it("writes what the model is for, which changes no revision", async () => {
    await shard("tiny");
    const before = await revision();
    await shard("tiny", "--domain", "letters; no words");
    expect(await openModelShards(read, "tiny")).toMatchObject({ revision: before, domain: "letters; no words" });
  });

  it.each(["", "two\nlines"])("rejects the domain note %j with status 2", async (domain) => {
    await expect(shard("tiny", "--domain", domain)).rejects.toMatchObject({ code: 2 });
  });

  it("rejects a folder that lacks a file, and names the file", async () => {
    await rm(join(exported(), "generation_config.json"));
    await expect(shard("tiny")).rejects.toThrow("generation_config.json");
  });

  const graph = onnxModel("graph", 5000);

  /** huggingface/transformers.js#1025 and microsoft/onnxruntime-genai#684: clones without Git LFS. */
  it.each([
    ["a Git LFS pointer for a graph", modelFiles.decoder, utf8(lfsPointer()), "git lfs pull"],
    ["a Git LFS pointer for a JSON file", modelFiles.tokenizer, utf8(lfsPointer()), "git lfs pull"],
    ["a Git LFS pointer for a file that nothing reads", "vocab.json", utf8(lfsPointer()), "git lfs pull"],
    ["a web page for a graph", modelFiles.encoder, utf8("<html>Sign in</html>"), "web page"],
    ["a web page for a JSON file", modelFiles.config, utf8("<!doctype html>"), "web page"],
    ["JSON for a graph", modelFiles.embedTokens, utf8('{"error":"Invalid credentials"}'), "text"],
    ["broken JSON", modelFiles.config, utf8("{"), "not JSON"],
    ["a cut graph", modelFiles.visionEncoder, graph.slice(0, -100), "not an ONNX graph"],
    ["a graph with bytes behind it", modelFiles.visionEncoder, Uint8Array.of(...graph, 0), "not an ONNX graph"],
    ["a graph without anything in it", modelFiles.visionEncoder, Uint8Array.of(8, 10, 58, 0), "not an ONNX graph"],
    ["an empty graph file", modelFiles.visionEncoder, new Uint8Array(), "empty"],
  ])("rejects %s, names it, and keeps the old model", async (_, path, bytes, said) => {
    await shard("tiny");
    const before = await revision();
    await write(path, bytes);
    const failed = await shard("tiny").catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining(path) });
    expect(failed).toMatchObject({ stderr: expect.stringContaining(said) });
    expect(await revision()).toBe(before);
    expect((await readdir(output())).toSorted()).toEqual(["manifest.json", "tiny"]);
  });

  it("names every file that is a pointer, in one run", async () => {
    const paths = [modelFiles.decoder, modelFiles.encoder, modelFiles.config];
    for (const path of paths) await write(path, utf8(lfsPointer()));
    const failed: unknown = await shard("tiny").catch((error: unknown) => error);
    for (const path of paths) expect(failed).toMatchObject({ stderr: expect.stringContaining(path) });
  });

  it("takes JSON with a byte order mark, as the runtime does", async () => {
    await write("tokenizer_config.json", utf8("\uFEFF{}"));
    await shard("tiny");
    expect(await (await openModelShards(read, "tiny")).json("tokenizer_config.json")).toEqual({});
  });
});
