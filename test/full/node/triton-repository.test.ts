import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { tritonConfig } from "../../../tools/triton-config.ts";

const mini = join(root, "model-shards/mini");
let folder: string;

/** Runs the command and returns its exit status. */
async function makeRepository(...arguments_: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [join(root, "tools/triton-repository.ts"), ...arguments_], { stdio: "ignore" });
  return new Promise((resolve) => child.once("close", resolve));
}

const read = (...path: readonly string[]) => readFile(join(folder, ...path), "utf8");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-repository-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("npm run triton-repository", () => {
  // The shipped model's folder has the JSON files of a checkpoint, and this test needs no others.
  it("writes the graphs, and with --checkpoint the Python models with their files of the checkpoint", async () => {
    expect(await makeRepository("mini", folder, "--checkpoint", mini)).toBe(0);
    expect((await readdir(folder)).toSorted()).toEqual([
      "decoder_model_merged",
      "embed_tokens",
      "encoder_model",
      "florence2",
      "florence2_generate",
      "vision_encoder",
    ]);
    const files = await readdir(join(folder, "florence2/1"), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["model.py", "preparation.py", "checkpoint/tokenizer.json"]));
    expect(files.filter((path) => /onnx|safetensors|pbtxt|pyc/u.test(path))).toEqual([]);
  });

  it.each(["vision_encoder", "embed_tokens", "encoder_model", "decoder_model_merged"])(
    "writes %s as the shipped graph, byte for byte",
    async (name) => {
      const written = await readFile(join(folder, name, "1/model.onnx"));
      expect(written.equals(await readFile(join(mini, "onnx", `${name}.onnx`)))).toBe(true);
    },
  );

  it("configures batching for a graph with a symbolic batch dimension, and leaves that dimension out of its tensors", async () => {
    expect(await read("vision_encoder/config.pbtxt")).toBe(`name: "vision_encoder"
backend: "onnxruntime"
default_model_filename: "model.onnx"
max_batch_size: 8
dynamic_batching {
  preferred_batch_size: [ 4, 8 ]
  max_queue_delay_microseconds: 2000
  default_queue_policy { timeout_action: REJECT allow_timeout_override: true max_queue_size: 64 }
}
instance_group [ { kind: KIND_AUTO count: 1 } ]
version_policy { latest { num_versions: 1 } }
input [
  { name: "pixel_values" data_type: TYPE_FP32 dims: [ 3, 256, 256 ] }
]
output [
  { name: "image_features" data_type: TYPE_FP32 dims: [ 65, 256 ] }
]
`);
  });

  it("configures no batching for the merged decoder, and keeps all dimensions of its tensors", async () => {
    const config = await read("decoder_model_merged/config.pbtxt");
    expect(config).toContain("max_batch_size: 0\n");
    expect(config).not.toContain("dynamic_batching");
    expect(config).toContain('{ name: "use_cache_branch" data_type: TYPE_BOOL dims: [ 1 ] }');
    expect(config).toContain('{ name: "past_key_values.0.decoder.key" data_type: TYPE_FP32 dims: [ -1, 8, -1, 32 ] }');
  });

  it.each([
    ["no arguments", []],
    ["no folder", ["mini"]],
    ["too many arguments", ["mini", "one", "two"]],
    ["a checkpoint folder without a checkpoint", ["mini", "nowhere", "--checkpoint", join(root, "docs")]],
  ])("rejects %s", async (_, arguments_) => {
    expect(await makeRepository(...arguments_)).toBe(2);
  });
});

it("tritonConfig throws for a string tensor and for a value that is not a tensor", () => {
  const strings = { name: "words", isTensor: true, type: "string", shape: ["rows"] } as const;
  expect(() => tritonConfig("talker", [strings], [])).toThrow(TypeError);
  expect(() => tritonConfig("talker", [{ name: "words", isTensor: false }], [])).toThrow(TypeError);
});
