import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { caption, idsOf, inferBody, post, streamBody } from "../../support/serving-client.ts";
import { type GpuProcess, gpuProcess, runGpu, waitForSample } from "../../support/serving-process.ts";

const infer = "/v2/models/florence2/infer";
const stream = "/v2/models/florence2/generate_stream";
const running = "florence_answers_running";
const inside = "florence_requests_inside";

/** A request that takes at least a second. */
const long = { prompts: 64, beams: 8 };

/** A module that makes the engine's thread throw an uncaught error when the process receives SIGUSR2. */
const crash = `
import { isMainThread } from "node:worker_threads";
const channel = new BroadcastChannel("death");
channel.unref();
if (isMainThread) process.on("SIGUSR2", () => channel.postMessage("now"));
else channel.onmessage = () => { throw new Error("died"); };`;
const crashFlags = ["--import", `data:text/javascript,${encodeURIComponent(crash)}`];

describe("npm run gpu", () => {
  it("prints the flags with --help", async () => {
    expect(await runGpu("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--drain-seconds") });
  });

  it("exits with 2 and prints the flags when a flag is wrong", async () => {
    const wrong = [
      "--port=x",
      "--port=65536",
      "--max-rows=0",
      "--provider=abacus",
      "--drain-seconds=-1",
      "--colour",
      "mini",
    ];
    const ended = await Promise.all(wrong.map((flag) => runGpu(flag)));
    expect(ended.map(({ status }) => status)).toEqual(wrong.map(() => 2));
    for (const { stderr } of ended) expect(stderr).toContain("--drain-seconds");
  });

  it("names a missing model in one line and exits with 1", async () => {
    const { status, stderr } = await runGpu("--port", "0", "--model", "absent");
    expect(status).toBe(1);
    expect(stderr.trimEnd()).toMatch(/^.*"absent".*$/);
  });

  it("keeps serving and shuts down normally when its log is no longer read", async () => {
    await using gpu = await gpuProcess();
    gpu.stopReading();
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1) statuses.push(await post(gpu.url, infer, inferBody()).status);
    expect(statuses).toEqual([200, 200, 200]);
    gpu.kill("SIGTERM");
    expect(await gpu.ended).toMatchObject({ status: 0 });
  });

  it("names a port in use in one line and exits with 1", async () => {
    await using gpu = await gpuProcess();
    const { port } = new URL(gpu.url);
    const { status, stderr } = await runGpu("--port", port);
    expect(status).toBe(1);
    expect(stderr.trimEnd()).toMatch(new RegExp(`^.*EADDRINUSE.*${port}$`));
  });
});

describe("a server that shuts down", () => {
  it("answers the request in progress, is not ready meanwhile and exits with 0", async () => {
    await using gpu = await gpuProcess();
    const answer = post(gpu.url, infer, inferBody(long));
    await waitForSample(gpu, running, (value) => value > 0);
    gpu.kill("SIGTERM");
    const ready = new URL("/v2/health/ready", gpu.url);
    while ((await fetch(ready)).status !== 503);
    expect((await fetch(new URL(infer, gpu.url), { method: "POST", body: inferBody() })).status).toBe(503);
    expect(await answer.status).toBe(200);
    expect((await gpu.ended).status).toBe(0);
  });

  it("answers 503 to a request that takes longer than the drain time, and exits with 1", async () => {
    await using gpu = await gpuProcess(["--drain-seconds", "0.1"]);
    const answer = post(gpu.url, infer, inferBody(long));
    await waitForSample(gpu, running, (value) => value > 0);
    gpu.kill("SIGTERM");
    expect(await answer.status).toBe(503);
    expect((await gpu.ended).status).toBe(1);
  });

  it("answers pending requests with 503 after a crash of its engine, and exits with 1", async () => {
    await using gpu = await gpuProcess([], crashFlags);
    const answer = post(gpu.url, infer, inferBody(long));
    await waitForSample(gpu, running, (value) => value > 0);
    gpu.kill("SIGUSR2");
    expect(await answer.status).toBe(503);
    expect((await gpu.ended).status).toBe(1);
  });
});

describe("callers that disconnect", () => {
  let gpu: GpuProcess;
  beforeAll(async () => {
    gpu = await gpuProcess();
  });
  afterAll(() => gpu[Symbol.asyncDispose]());

  it.each([
    [infer, inferBody(long)],
    [stream, streamBody(long)],
  ])("cancel their generation at %s", async (path, body) => {
    const answer = post(gpu.url, path, body);
    await waitForSample(gpu, running, (value) => value > 0);
    answer.leave();
    await expect(answer.status).rejects.toMatchObject({ code: "ECONNRESET" });
    await waitForSample(gpu, inside, (value) => value === 0);
    await waitForSample(gpu, running, (value) => value === 0);
    const samples = await gpu.metrics();
    expect(samples['florence_tokens_total{model="florence2"}']).toBe(0);
  });

  it("leak no resources whenever they disconnect, and the next answer is correct", async () => {
    const send = () => fetch(new URL(infer, gpu.url), { method: "POST", body: inferBody() });
    const expected = await idsOf(await send());
    expect(expected).toEqual(caption);
    const before = await gpu.holds();
    const bodies = [1, 2, 3].flatMap((beams) => [inferBody({ prompts: 2, beams }), streamBody({ prompts: 2, beams })]);
    const callers = Array.from({ length: 200 }, async (_, index) => {
      const answer = post(gpu.url, index % 2 === 0 ? infer : stream, bodies[index % bodies.length] ?? "");
      // Metrics requests as a delay: some callers disconnect before the server has read their request, some during the answer.
      for (let page = 0; page < index % 9; page += 1) await gpu.metrics();
      answer.leave();
      await answer.status.catch(() => {});
    });
    await Promise.all(callers);
    for (const name of [inside, running, "florence_answers_waiting"]) {
      await waitForSample(gpu, name, (value) => value === 0);
    }
    expect(await idsOf(await send())).toEqual(expected);
    const after = await gpu.holds();
    // Includes the connections of the metrics requests, which fetch keeps open.
    expect(after.files - before.files).toBeLessThan(250);
    expect(after.megabytes - before.megabytes).toBeLessThan(200);
  });
});
