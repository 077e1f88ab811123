import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEngineThread, type ThreadedEngine } from "../../../src/engine/threaded-node.ts";
import type { Backend, GenerationEvent } from "../../../src/inference/backend.ts";
import { decoders } from "../../../src/pixels/decode-node.ts";
import { readImageSettings } from "../../../src/runtime/load-model.ts";
import type { ImageConfig } from "../../../src/runtime/model-config.ts";
import { preprocess } from "../../../src/pixels/preprocess.ts";
import { openModelShards } from "../../../src/weights/shards.ts";
import { generations, goldenImages } from "../../support/mini-goldens.ts";

const folder = join(import.meta.dirname, "../../../model-shards");
const limits = { maxBatch: 8, windowMs: 1, maxRows: 64, featureBytes: 64 * 1024 * 1024, threads: 1 };
const startMini = () => startEngineThread({ ...limits, folder, modelId: "mini" });
const readAsset = async (path: string) => new Response(await readFile(join(folder, path)));
const never = new AbortController().signal;

/** A job for blank pixels; one with a new digest runs every graph. */
const blankJob = (settings: ImageConfig, digest: string) => ({
  digest,
  pixels: new Float32Array(3 * settings.size ** 2),
  prompts: ["What does the image describe?"],
  decoding: {},
});

let engine: ThreadedEngine;
let settings: ImageConfig;

beforeAll(async () => {
  engine = await startMini();
  settings = await readImageSettings(await openModelShards(readAsset, "mini"));
});

afterAll(() => engine.stop());

/** The engine as a backend that passes on each request at once. */
const backend: Backend = {
  async *generate({ image, prompts, decoding }, signal) {
    const pixels = await preprocess(image, settings, decoders);
    const events: GenerationEvent[] = [];
    await engine.generate({ digest: image.digest, pixels, prompts, decoding }, (event) => events.push(event), signal);
    yield* events;
  },
  ready: async () => {},
  model: async () => engine.description,
};

const cases = goldenImages.flatMap(({ image, goldens }) => goldens.map((golden) => ({ image, golden })));

describe("the engine's thread", () => {
  it.each([
    ["greedily", "greedy", cases],
    // Every other case: an image has fifteen, so a task that is left out for one image is included for the next.
    ["with three beams", "beams", cases.filter((_, index) => index % 2 === 0)],
  ] as const)("generates the goldens' token ids %s, with all requests concurrent", async (_name, search, selected) => {
    const answers = await Promise.all(
      selected.map(({ image, golden }) => generations(backend, image, [golden], search)),
    );
    const ids = answers.map(([answer]) => answer?.tokenIds ?? []);
    expect(ids).toEqual(selected.map(({ golden }) => golden[search]));
  });

  it("is tested with 360 cases", () => expect(cases).toHaveLength(360));

  it("transfers the pixels instead of copying them", async () => {
    const job = blankJob(settings, "moved");
    await engine.generate(job, () => {}, never);
    expect(job.pixels.buffer.detached).toBe(true);
  });

  it("reports which images it has cached, and needs no pixels for them", async () => {
    expect(engine.has("moved")).toBe(true);
    expect(engine.has("unknown")).toBe(false);
    const again = { ...blankJob(settings, "moved"), pixels: undefined };
    await expect(engine.generate(again, () => {}, never)).resolves.toMatchObject({ queue: expect.any(Number) });
  });

  it("gets no job for a signal that is already aborted", async () => {
    const job = blankJob(settings, "gone");
    await expect(engine.generate(job, () => {}, AbortSignal.abort())).rejects.toMatchObject({
      code: "request-cancelled",
    });
    expect(job.pixels.buffer.detached).toBe(false);
  });

  it("names the model that it does not find", async () => {
    const absent = startEngineThread({ ...limits, folder, modelId: "absent" });
    await expect(absent).rejects.toThrow("absent");
  });
});

describe("an engine's thread that ends", () => {
  it("rejects the pending jobs and all later ones", async () => {
    const ending = await startMini();
    const outcomes = Promise.allSettled(
      ["1", "2", "3"].map((digest) => ending.generate(blankJob(settings, digest), () => {}, never)),
    );
    await ending.stop();
    const failed = { status: "rejected", reason: { code: "model-unavailable" } };
    expect(await outcomes).toMatchObject([failed, failed, failed]);
    expect(await ending.ended).toContain("ended with 0");
    const later = ending.encode(blankJob(settings, "4"), never);
    await expect(later).rejects.toMatchObject({ code: "model-unavailable" });
  });
});
