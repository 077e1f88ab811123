import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { modelFiles } from "../../../src/runtime/load-model.ts";
import { MAX_PART_BYTES, openModelShards, type ReadAsset } from "../../../src/weights/shards.ts";
import { tinyFiles } from "../../support/tiny-model.ts";

let folder = "";
const exported = () => join(folder, "exported");
const output = () => join(folder, "shards");
const read: ReadAsset = async (path) => new Response(await readFile(join(output(), path)));

const revision = async () => (await openModelShards(read, "tiny")).revision;

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(exported(), path)), { recursive: true });
  await writeFile(join(exported(), path), bytes);
}

async function shard(id: string): Promise<void> {
  const tool = join(import.meta.dirname, "../../../tools/shard.ts");
  await promisify(execFile)(process.execPath, [tool, exported(), id, "--output", output()]);
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
    const large = new Uint8Array(MAX_PART_BYTES + 1000).fill(7);
    large[MAX_PART_BYTES] = 8;
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
    await write("tokenizer_config.json", new TextEncoder().encode("{ }"));
    await shard("tiny");
    expect(await revision()).not.toBe(before);
  });

  it("keeps the other models, and removes parts that a model no longer has", async () => {
    await shard("other");
    await write("onnx/extra.onnx", Uint8Array.of(1));
    await shard("tiny");
    await rm(join(exported(), "onnx/extra.onnx"));
    await shard("tiny");
    expect(await readdir(join(output(), "tiny/onnx"))).not.toContain("extra.onnx");
    await expect(openModelShards(read, "other")).resolves.toMatchObject({ id: "other" });
    await expect(openModelShards(read, "tiny")).resolves.toMatchObject({ id: "tiny" });
  });

  it("rejects a folder that lacks a file, and names the file", async () => {
    await rm(join(exported(), "generation_config.json"));
    await expect(shard("tiny")).rejects.toThrow("generation_config.json");
  });
});
