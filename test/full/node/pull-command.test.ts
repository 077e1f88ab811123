import { mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freeBytes, requireSpace } from "../../../tools/pull/disk-space.ts";
import { describeDtypes, graphFiles, parseDtypes } from "../../../tools/pull/dtypes.ts";
import { locked } from "../../../tools/pull/lock.ts";
import { findSource, readSources } from "../../../tools/pull/sources.ts";
import { createTransferLog, describeTransfer } from "../../../tools/pull/transfer-log.ts";
import { root } from "../../../tools/serve.ts";
import { writeModel } from "../../../tools/sharding/write-model.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-pull-"));
});
afterEach(() => rm(folder, { recursive: true }));

const usageError = expect.objectContaining({ name: "UsageError" });
const pullError = expect.objectContaining({ name: "PullError" });

describe("--dtype", () => {
  it.each([
    ["fp32", "onnx/encoder_model.onnx"],
    ["fp16", "onnx/encoder_model_fp16.onnx"],
    ["q8", "onnx/encoder_model_quantized.onnx"],
    ["int8", "onnx/encoder_model_int8.onnx"],
    ["uint8", "onnx/encoder_model_uint8.onnx"],
    ["q4", "onnx/encoder_model_q4.onnx"],
    ["q4f16", "onnx/encoder_model_q4f16.onnx"],
    ["bnb4", "onnx/encoder_model_bnb4.onnx"],
  ])("%s selects %s, which is stored under its plain name", (dtype, remote) => {
    const dtypes = parseDtypes(dtype);
    expect(graphFiles(dtypes)).toHaveLength(4);
    expect(graphFiles(dtypes)).toContainEqual({ path: "onnx/encoder_model.onnx", remote });
    expect(describeDtypes(dtypes)).toBe(dtype);
  });

  it("accepts a mix in any order, and describes it in a fixed order", () => {
    const mix = parseDtypes("decoder_model_merged=q4,vision_encoder=fp16,encoder_model=q4,embed_tokens=fp32");
    expect(describeDtypes(mix)).toBe("vision_encoder=fp16,embed_tokens=fp32,encoder_model=q4,decoder_model_merged=q4");
    expect(graphFiles(mix).map(({ remote }) => remote)).toEqual([
      "onnx/vision_encoder_fp16.onnx",
      "onnx/embed_tokens.onnx",
      "onnx/encoder_model_q4.onnx",
      "onnx/decoder_model_merged_q4.onnx",
    ]);
  });

  it.each([
    "",
    "fp8",
    "toString",
    "vision_encoder=fp16",
    "vision_encoder=fp16,embed_tokens=fp16,encoder_model=q4,decoder_model_merged=q5",
    "vision_encoder=fp16,embed_tokens=fp16,encoder_model=q4,decoder_model=q4",
    "vision_encoder=fp16,vision_encoder=fp16,encoder_model=q4,decoder_model_merged=q4",
    "vision_encoder=fp16=q4,embed_tokens=fp16,encoder_model=q4,decoder_model_merged=q4",
  ])("rejects %j", (text) => {
    expect(() => parseDtypes(text)).toThrow(usageError);
  });
});

describe("sources.json", () => {
  it("lists the four public models, and for base the digests of its float32 files", async () => {
    const sources = await readSources(join(root, "model-shards/sources.json"));
    expect(Object.keys(sources.models)).toEqual([
      "florence-2-base",
      "florence-2-base-ft",
      "florence-2-large",
      "florence-2-large-ft",
    ]);
    const pinned = Object.keys(findSource(sources, "florence-2-base").sha256);
    expect(pinned).toEqual([...graphFiles(parseDtypes("fp32")).map(({ remote }) => remote), "tokenizer.json"]);
    expect(() => findSource(sources, "constructor")).toThrow(usageError);
  });

  it.each([
    "",
    "[]",
    '{"hub":"h","models":{"a":{"repository":"../.."}}}',
    '{"hub":"h","models":{"a":{"repository":"a/b","sha256":{"x":"1"}}}}',
  ])("is rejected with the content %j", async (text) => {
    await writeFile(join(folder, "sources.json"), text);
    await expect(readSources(join(folder, "sources.json"))).rejects.toThrow(usageError);
  });
});

describe("disk space", () => {
  it("is that of the folder's file system", async () => {
    const { blocks, bsize } = await statfs(folder);
    expect(await freeBytes(folder)).toBeGreaterThan(0);
    expect(await freeBytes(folder)).toBeLessThanOrEqual(blocks * bsize);
  });

  it("that is too little is reported with both sizes", () => {
    requireSpace(folder, 10, 10);
    const message = expect.stringMatching(/1\.00 GB.*2\.17 GB/u);
    expect(() => requireSpace(folder, 2_170_000_000, 1_000_000_000)).toThrow(expect.objectContaining({ message }));
  });
});

describe("two downloads into one folder", () => {
  it("exclude each other", async () => {
    await locked(folder, async () => {
      await expect(locked(folder, async () => {})).rejects.toThrow(pullError);
    });
    expect(await locked(folder, async () => "free again")).toBe("free again");
  });

  it("ignore the lock of a process that has ended", async () => {
    // Above the largest process id of Linux.
    await writeFile(join(folder, ".lock"), "4194305");
    expect(await locked(folder, async () => "taken over")).toBe("taken over");
  });
});

/** Returns what the log writes during a transfer of 80 of 100 MB, on a terminal of `width` columns, or on none if undefined. */
function logged(width: number | undefined, millisecondsPerMegabyte = 50) {
  const written: string[] = [];
  let time = 0;
  const columns = () => width;
  const log = createTransferLog({ write: (text) => written.push(text), columns, now: () => time });
  log.begin("model.onnx", 100_000_000, 20_000_000);
  for (let bytes = 20_000_000; bytes < 100_000_000; bytes += 1_000_000) {
    time += millisecondsPerMegabyte;
    log.advance(bytes + 1_000_000);
  }
  log.note("cut");
  log.end();
  return written;
}

describe("the progress of a download", () => {
  it("is described with bytes, percentage, speed and time left", () => {
    expect(describeTransfer("a.onnx", 364_800_000, 36_480_000, 12_000_000)).toBe(
      "a.onnx  36.5 of 364.8 MB  10 %  12.0 MB/s  0:28 left",
    );
    expect(describeTransfer("a.onnx", 1_000_000, 0, 0)).toBe("a.onnx  0.0 of 1.0 MB  0 %");
    expect(describeTransfer("a.json", 2500, 2500, 50_000)).toBe("a.json  2.5 of 2.5 kB  100 %  50.0 kB/s");
  });

  it("is one line on a terminal, which is overwritten and never wider than the terminal", () => {
    const written = logged(40);
    const lines = written.filter((text) => text.startsWith("\rmodel"));
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.every((text) => !text.includes("\n") && text.length <= 1 + 39 + "\u001B[K".length)).toBe(true);
    expect(written).toContain("\rcut\u001B[K\n");
    expect(written.at(-1)).toBe("\n");
  });

  it("is one line per ten percent without a terminal", () => {
    const written = logged(undefined);
    expect(written.map((text) => /\d+(?= %)/u.exec(text)?.[0] ?? text)).toEqual([
      "30",
      "40",
      "50",
      "60",
      "70",
      "80",
      "90",
      "cut\n",
      "100",
    ]);
    expect(written[0]).toContain("20.0 MB/s");
    expect(logged(undefined, 2000)[3]).toContain("0.5 MB/s  1:20 left");
  });
});

const output = () => join(folder, "shards");
const model = (file: string) =>
  writeModel({ id: "m", dtype: "fp32", output: output(), files: [{ path: "f", from: file }] });

describe("writeModel", () => {
  it("keeps the old model and leaves no files of the new one when it fails", async () => {
    await writeFile(join(folder, "one"), "one");
    await model(join(folder, "one"));
    const before = await readFile(join(output(), "manifest.json"), "utf8");
    await writeFile(join(folder, "empty"), "");
    await expect(model(join(folder, "empty"))).rejects.toThrow(usageError);
    await expect(model(join(folder, "none"))).rejects.toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect(await readFile(join(output(), "manifest.json"), "utf8")).toBe(before);
    expect(await readFile(join(output(), "m/f"), "utf8")).toBe("one");
    expect((await readdir(output())).toSorted()).toEqual(["m", "manifest.json"]);
  });

  it.each(["..", ".", "a/b", "", ".downloads", "manifest.json"])("rejects the id %j", async (id) => {
    await mkdir(output());
    await writeFile(join(output(), "manifest.json"), '{"version":1,"models":[]}');
    await writeFile(join(folder, "one"), "one");
    const files = [{ path: "f", from: join(folder, "one") }];
    await expect(writeModel({ id, dtype: "fp32", output: output(), files })).rejects.toThrow(usageError);
  });
});
