import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childrenMegabytes } from "../../../bench/resident-memory.ts";
import { bundle } from "../../../tools/bundle.ts";
import { LOCAL_VARIABLES, root, type Server, serve } from "../../../tools/serve.ts";
import { plainPng, plainWebp, progressiveJpeg } from "../../support/image-bombs.ts";
import { joinBytes } from "../../support/image-bytes.ts";
import { type GpuProcess, gpuProcess } from "../../support/serving-process.ts";

/** Sides of an image of 60 megapixels, the backend's limit. */
const LARGEST = { width: 7740, height: 7740 };

/** 60 megapixels in few bytes: what each took of the thread that answers health probes is in the table of the attacks (3 to 12 s). */
const bombs = {
  webp: plainWebp({ width: 16_383, height: 3662 }),
  png: plainPng({ ...LARGEST, colourType: 6, bitDepth: 8 }),
} as const;

/** The same image with another digest. */
function numbered(bytes: Uint8Array, number: number): Uint8Array<ArrayBuffer> {
  return joinBytes(bytes, Uint8Array.of(number));
}

async function caption(gpu: GpuProcess, image: Uint8Array): Promise<number> {
  const body = {
    text_input: "What does the image describe?",
    image: Buffer.from(image).toString("base64"),
    max_new_tokens: 2,
  };
  const url = new URL("/v2/models/florence2/generate_stream", gpu.url);
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

/** Asks for the path again and again until `work` has settled; returns its result and the 99th percentile of the times in milliseconds. */
async function whileProbing<Result>(
  url: URL,
  work: Promise<Result>,
): Promise<{ readonly result: Result; readonly p99: number }> {
  const state = { isDone: false };
  const finish = (): void => void (state.isDone = true);
  work.then(finish, finish);
  const times: number[] = [];
  while (!state.isDone) {
    const begun = performance.now();
    await (await fetch(url)).arrayBuffer();
    times.push(performance.now() - begun);
  }
  const sorted = times.toSorted((one, other) => one - other);
  return { result: await work, p99: sorted[Math.floor((sorted.length - 1) * 0.99)] ?? Infinity };
}

/** The longest that a probe may take: 250 ms, on a busy machine more, in proportion to what it takes while there is nothing to do. */
async function probeLimit(url: URL): Promise<number> {
  const { p99 } = await whileProbing(url, setTimeout(500));
  return Math.max(250, 20 * p99);
}

describe("the backend", () => {
  it.each(Object.entries(bombs))(
    "answers health probes while it decodes three %s of 60 megapixels, and gives the memory back",
    async (_, bomb) => {
      await using gpu = await gpuProcess();
      await caption(gpu, await readFile(join(root, "test/pictures/street.jpg")));
      const before = (await gpu.holds()).megabytes;
      const health = new URL("/v2/health/live", gpu.url);
      const limit = await probeLimit(health);
      const three = Promise.all([1, 2, 3].map((number) => caption(gpu, numbered(bomb, number))));
      const { result, p99 } = await whileProbing(health, three);
      expect(result).toEqual([200, 200, 200]);
      expect(p99).toBeLessThan(limit);
      // A codec's memory alone was 440 MB for the WebP.
      expect((await gpu.holds()).megabytes - before).toBeLessThan(250);
    },
  );

  it("refuses JPEGs whose scans would take seconds, and answers health probes meanwhile", async () => {
    await using gpu = await gpuProcess();
    const health = new URL("/v2/health/live", gpu.url);
    const limit = await probeLimit(health);
    const scans = progressiveJpeg({ ...LARGEST, components: 1, bands: 9, refinements: 10 });
    const statuses = Promise.all(Array.from({ length: 8 }, (_, number) => caption(gpu, numbered(scans, number))));
    const { result, p99 } = await whileProbing(health, statuses);
    expect(result).toEqual(Array.from({ length: 8 }, () => 413));
    expect(p99).toBeLessThan(limit);
  });

  it("ends within its drain time although an image is being decoded", async () => {
    await using gpu = await gpuProcess(["--drain-seconds", "0"]);
    const pending = caption(gpu, bombs.png).catch(() => 0);
    await fetch(new URL("/v2/health/live", gpu.url));
    gpu.kill("SIGTERM");
    await gpu.ended;
    expect([0, 503]).toContain(await pending);
  });
});

describe("the built Worker", () => {
  let server: Server | undefined;
  beforeAll(async () => {
    server = await serve(await bundle(), { port: 0, variables: LOCAL_VARIABLES });
  });
  afterAll(() => server?.stop());

  async function post(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const response = await fetch(new URL("/v1/caption?max_new_tokens=2", server?.url), {
      method: "POST",
      headers: { "content-type": "application/octet-stream", "cache-control": "no-store" },
      body: bytes,
    });
    await response.arrayBuffer();
    return response.status;
  }

  it("keeps no memory of 50 PNGs of 9 megapixels with an unknown filter in their last row", async () => {
    const [width, height] = [3000, 3000];
    const broken = plainPng({
      width,
      height,
      colourType: 2,
      bitDepth: 8,
      filterOf: (row) => (row === height - 1 ? 7 : 0),
    });
    for (let number = 0; number < 10; number += 1) expect(await post(numbered(broken, number))).toBe(422);
    const before = await childrenMegabytes();
    for (let number = 10; number < 50; number += 1) await post(numbered(broken, number));
    // Each kept 26 MB when the codec found the filter.
    expect((await childrenMegabytes()) - before).toBeLessThan(150);
  });

  it("decodes a photograph of 24 megapixels, and refuses 26", async () => {
    expect(await post(plainWebp({ width: 5712, height: 4284 }))).toBe(200);
    expect(await post(plainWebp({ width: 6000, height: 4334 }))).toBe(413);
  });
});
