import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decoders } from "../../../src/pixels/decode-node.ts";
import { createEmbeddedBackend } from "../../../src/placements/embedded.ts";
import { createNativeSessions } from "../../../src/runtime/ort-node.ts";
import { preprocess } from "../../../src/pixels/preprocess.ts";
import { Manifest, openModelShards, type ReadAsset } from "../../../src/weights/shards.ts";
import { createTokenizer } from "../../../src/decoding/tokenizer.ts";
import { parseDtypes } from "../../../tools/pull/dtypes.ts";
import { pullModel } from "../../../tools/pull/pull-model.ts";
import { root } from "../../../tools/serve.ts";
import { type Mirror, MIRROR_COMMIT, startMirror } from "../../support/hub-mirror.ts";
import { asMirrored, mirroredModel } from "../../support/mirrored-model.ts";
import { generations, goldenImages } from "../../support/mini-goldens.ts";
import { runPull, startPull } from "../../support/pull-command.ts";
import { content } from "../../support/pull-setup.ts";
import { lfsPointer, onnxModel } from "../../support/onnx-model.ts";
import { tinyFiles } from "../../support/tiny-model.ts";

const shipped = join(root, "model-shards");

let folder = "";
let mirror: Mirror;
const output = () => join(folder, "shards");
const partial = (path: string) => join(output(), ".downloads/owner/model", `${path}.part`);
const read: ReadAsset = async (path) => new Response(await readFile(join(output(), path)));

const tiny = asMirrored([...tinyFiles]);
const large = "onnx/decoder_model_merged.onnx";
/** Of a size for several network chunks. */
const largeGraph = onnxModel("large", 300_000);
const half = Math.ceil(largeGraph.length / 2);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-pull-"));
  await mkdir(output());
  mirror = await startMirror(tiny);
  const models = { "fake-model": { repository: "owner/model" } };
  await writeFile(join(folder, "sources.json"), JSON.stringify({ hub: mirror.url.href, models }));
});
afterEach(async () => {
  await mirror.stop();
  await rm(folder, { recursive: true });
});

const commonFlags = () => ["--sources", join(folder, "sources.json"), "--output", output()];
const start = (arguments_: readonly string[]) => startPull([...commonFlags(), ...arguments_]);
const run = (arguments_: readonly string[], environment = {}) =>
  runPull([...commonFlags(), ...arguments_], environment);

async function entry(id: string) {
  const { models } = Manifest.parse(JSON.parse(await readFile(join(output(), "manifest.json"), "utf8")));
  return models.find((model) => model.id === id);
}

const nothing = () => {};
const transferred = () => mirror.requests.filter(({ at }) => at === "storage");

it("the mini model, pulled under another id, has the revision of the shipped model and generates the same answers", async () => {
  for (const [path, file] of Object.entries(await mirroredModel())) mirror.add(path, file);

  const { status, printed } = await run(["fake-model", "--id", "again"]);
  expect([status, printed.includes(`"revision": "${MIRROR_COMMIT}"`)]).toEqual([0, true]);
  const { models } = Manifest.parse(JSON.parse(await readFile(join(shipped, "manifest.json"), "utf8")));
  expect((await openModelShards(read, "again")).revision).toBe(models.find(({ id }) => id === "mini")?.revision);

  const backend = createEmbeddedBackend({
    modelId: "again",
    readAsset: read,
    createSession: createNativeSessions({ threads: 1 }),
    createTokenizer,
    preprocess: (image, target) => preprocess(image, target, decoders),
    maxPromptTokens: 256,
    waitUntil: () => {},
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    imageBudgetBytes: 1,
  });
  const [sample] = goldenImages;
  const goldens = sample?.goldens.slice(0, 3) ?? [];
  const answers = sample === undefined ? [] : await generations(backend, sample.image, goldens, "greedy");
  expect(answers.map(({ tokenIds }) => tokenIds)).toEqual(goldens.map(({ greedy }) => greedy));
  expect(answers).toHaveLength(3);
});

describe("a pull", () => {
  it("writes the parts, the manifest and the origin, and leaves no files of the download", async () => {
    const { status } = await run(["fake-model"]);
    expect(status).toBe(0);
    expect((await readdir(output())).toSorted()).toEqual(["fake-model", "manifest.json"]);
    const shards = await openModelShards(read, "fake-model");
    for (const [path, bytes] of tinyFiles) expect(await shards.bytes(path)).toEqual(bytes);
    const origin: unknown = JSON.parse(await readFile(join(output(), "fake-model/source.json"), "utf8"));
    expect(origin).toMatchObject({ repository: "owner/model", commit: MIRROR_COMMIT, dtype: "fp32" });
  });

  it("requests the first file at the revision, and all others at the commit of that revision", async () => {
    await run(["fake-model"]);
    const addresses = mirror.requests.filter(({ path }) => path.includes("/resolve/")).map(({ path }) => path);
    const [first, ...others] = addresses.map((path) => /resolve\/([^/]+)/u.exec(path)?.[1]);
    expect(first).toBe("main");
    expect(new Set(others)).toEqual(new Set([MIRROR_COMMIT]));
  });

  it("keeps the layout's file names for a mix of dtypes, and records the mix in the manifest", async () => {
    const mix = "vision_encoder=fp16,embed_tokens=fp16,encoder_model=q4,decoder_model_merged=q4";
    const names = { vision_encoder: "fp16", embed_tokens: "fp16", encoder_model: "q4", decoder_model_merged: "q4" };
    for (const [graph, dtype] of Object.entries(names)) {
      mirror.add(`onnx/${graph}_${dtype}.onnx`, { bytes: onnxModel(`${graph} in ${dtype}`), isLarge: true });
    }
    expect((await run(["fake-model", "--dtype", mix])).status).toBe(0);
    expect((await entry("fake-model"))?.dtype).toBe(mix);
    expect(await readFile(join(output(), "fake-model", large), "utf8")).toContain("decoder_model_merged in q4");
  });

  it("resumes after Ctrl+C", async () => {
    mirror.put(large, largeGraph);
    mirror.faults.set(large, [{ stallAfter: half }]);
    const first = start(["fake-model"]);
    await first.waitForOutput("50 %");
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(130);
    expect((await stat(partial(large))).size).toBe(half);
    expect((await run(["fake-model"])).status).toBe(0);
    expect(transferred().filter(({ range }) => range !== undefined)).toHaveLength(1);
    expect(Buffer.compare(await readFile(join(output(), "fake-model", large)), largeGraph)).toBe(0);
  });

  it("that fails keeps the existing model and the downloaded files", async () => {
    await run(["fake-model"]);
    const before = await entry("fake-model");
    mirror.put(large, largeGraph);
    mirror.faults.set("onnx/embed_tokens.onnx", [{ wrongByte: true }]);
    const { status, printed } = await run(["fake-model"]);
    expect([status, printed.includes("onnx/embed_tokens.onnx")]).toEqual([1, true]);
    expect(await entry("fake-model")).toEqual(before);
    expect((await openModelShards(read, "fake-model")).revision).toBe(before?.revision);
    expect((await stat(partial("config.json"))).size).toBeGreaterThan(0);
  });
});

/** A mirror made from a clone without Git LFS: the digests are right, those of the pointers. */
it.each(["config.json", large])(
  "a mirror that has a Git LFS pointer for %s is refused, and the model kept",
  async (path) => {
    await run(["fake-model"]);
    const before = await entry("fake-model");
    mirror.add(path, { bytes: Buffer.from(lfsPointer()), isLarge: false });
    const { status, printed } = await run(["fake-model"]);
    expect([status, /\n\s+at /u.test(printed)]).toEqual([1, false]);
    for (const said of [path, "Git LFS", "--hub"]) expect(printed).toContain(said);
    expect(await entry("fake-model")).toEqual(before);
  },
);

describe("a model is rejected before a byte of its weights is transferred", () => {
  it.each([`${large}_data`, `${large}.data`])("when it stores weights outside the graph, in %s", async (path) => {
    mirror.put(path, content.small);
    const { status, printed } = await run(["fake-model"]);
    expect([status, printed.includes(path)]).toEqual([1, true]);
    expect(transferred()).toEqual([]);
  });

  it("when it lacks a file", async () => {
    const { status, printed } = await run(["fake-model", "--dtype", "q8"]);
    expect([status, printed.includes("_quantized.onnx")]).toEqual([1, true]);
    expect(transferred()).toEqual([]);
  });

  it("when it does not fit on the disk", async () => {
    const log = { begin: nothing, advance: nothing, note: nothing, end: nothing };
    const hub = { url: mirror.url, token: undefined, fetch, sleep: async () => {}, stallMs: 5000, note: nothing };
    const source = { repository: "owner/model", revision: "main", sha256: {} };
    const options = { hub, source, dtypes: parseDtypes("fp32"), id: "m", output: output(), log };
    const pulled = pullModel({ ...options, free: async () => 1000, whileSharding: (work) => work });
    await expect(pulled).rejects.toThrow(expect.objectContaining({ name: "PullError" }));
    expect(transferred()).toEqual([]);
  });

  it("when it may not be read, with HF_ENDPOINT and HF_TOKEN applied", async () => {
    mirror.faults.set("hub config.json", [{ status: 401 }]);
    await writeFile(
      join(folder, "sources.json"),
      '{"hub":"https://hub.invalid","models":{"m":{"repository":"owner/model"}}}',
    );
    const { status, printed } = await run(["m"], { HF_ENDPOINT: mirror.url.href, HF_TOKEN: "hf_secret" });
    expect([status, printed.includes("HF_TOKEN"), /\n\s+at /u.test(printed)]).toEqual([1, true, false]);
    expect(mirror.requests.map(({ authorization }) => authorization)).toEqual(["Bearer hf_secret"]);
  });
});

it.each([
  [[]],
  [["no-such-model"]],
  [["fake-model", "--dtype", "fp8"]],
  [["fake-model", "--id", ".."]],
  [["fake-model", "--hub", "http://example.com"]],
])("a wrong command line exits with 2, without a stack trace: %j", async (arguments_) => {
  const { status, printed } = await run(arguments_);
  expect([status, /\n\s+at /u.test(printed), mirror.requests]).toEqual([2, false, []]);
});
