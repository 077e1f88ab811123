import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { caption, idsOf, inferBody, post, streamBody } from "../../support/serving-client.ts";
import { type GpuProcess, gpuProcess, runGpu, waitForSample } from "../../support/serving-process.ts";

const infer = "/v2/models/florence2/infer";
const stream = "/v2/models/florence2/generate_stream";
const running = "florence_answers_running";
const inside = "florence_requests_inside";

/** A second or more of work. */
const long = { prompts: 64, beams: 8 };

/** What makes the engine's thread throw, within nothing that could catch it, when the process gets SIGUSR2. */
const death = `
import { isMainThread } from "node:worker_threads";
const channel = new BroadcastChannel("death");
channel.unref();
if (isMainThread) process.on("SIGUSR2", () => channel.postMessage("now"));
else channel.onmessage = () => { throw new Error("died"); };`;
const mortal = ["--import", `data:text/javascript,${encodeURIComponent(death)}`];

describe("npm run gpu", () => {
  it("--help prints the flags", async () => {
    expect(await runGpu("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--drain-seconds") });
  });

  it("is told wrong flags: answers with what is wrong and the flags", async () => {
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

  it("says in one line that there is no such model", async () => {
    const { status, stderr } = await runGpu("--port", "0", "--model", "absent");
    expect(status).toBe(1);
    expect(stderr.trimEnd()).toMatch(/^.*"absent".*$/);
  });

  it("goes on, and ends in order, when nobody reads its log any more", async () => {
    await using gpu = await gpuProcess();
    gpu.stopReading();
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1) statuses.push(await post(gpu.url, infer, inferBody()).status);
    expect(statuses).toEqual([200, 200, 200]);
    gpu.kill("SIGTERM");
    expect(await gpu.ended).toMatchObject({ status: 0 });
  });

  it("says in one line that the port is taken", async () => {
    await using gpu = await gpuProcess();
    const { port } = new URL(gpu.url);
    const { status, stderr } = await runGpu("--port", port);
    expect(status).toBe(1);
    expect(stderr.trimEnd()).toMatch(new RegExp(`^.*EADDRINUSE.*${port}$`));
  });
});

describe("a server told to end", () => {
  it("answers the request under way, is not ready meanwhile, and ends well", async () => {
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

  it("fails a request that outlasts its patience, and says so", async () => {
    await using gpu = await gpuProcess(["--drain-seconds", "0.1"]);
    const answer = post(gpu.url, infer, inferBody(long));
    await waitForSample(gpu, running, (value) => value > 0);
    gpu.kill("SIGTERM");
    expect(await answer.status).toBe(503);
    expect((await gpu.ended).status).toBe(1);
  });

  it("by the death of its engine answers what is pending and ends with 1", async () => {
    await using gpu = await gpuProcess([], mortal);
    const answer = post(gpu.url, infer, inferBody(long));
    await waitForSample(gpu, running, (value) => value > 0);
    gpu.kill("SIGUSR2");
    expect(await answer.status).toBe(503);
    expect((await gpu.ended).status).toBe(1);
  });
});

describe("callers who leave", () => {
  let gpu: GpuProcess;
  beforeAll(async () => {
    gpu = await gpuProcess();
  });
  afterAll(() => gpu[Symbol.asyncDispose]());

  it.each([
    [infer, inferBody(long)],
    [stream, streamBody(long)],
  ])("end their answer at %s", async (path, body) => {
    const answer = post(gpu.url, path, body);
    await waitForSample(gpu, running, (value) => value > 0);
    answer.leave();
    await expect(answer.status).rejects.toMatchObject({ code: "ECONNRESET" });
    await waitForSample(gpu, inside, (value) => value === 0);
    await waitForSample(gpu, running, (value) => value === 0);
    const samples = await gpu.metrics();
    expect(samples['florence_tokens_total{model="florence2"}']).toBe(0);
  });

  it("leave nothing behind, many of them at any moment, and the next answer is right", async () => {
    const ask = () => fetch(new URL(infer, gpu.url), { method: "POST", body: inferBody() });
    const expected = await idsOf(await ask());
    expect(expected).toEqual(caption);
    const before = await gpu.holds();
    const bodies = [1, 2, 3].flatMap((beams) => [inferBody({ prompts: 2, beams }), streamBody({ prompts: 2, beams })]);
    const callers = Array.from({ length: 200 }, async (_, at) => {
      const answer = post(gpu.url, at % 2 === 0 ? infer : stream, bodies[at % bodies.length] ?? "");
      // As many metrics pages as its number says: some leave before they are heard, some while they are answered.
      for (let page = 0; page < at % 9; page += 1) await gpu.metrics();
      answer.leave();
      await answer.status.catch(() => {});
    });
    await Promise.all(callers);
    for (const name of [inside, running, "florence_answers_waiting"]) {
      await waitForSample(gpu, name, (value) => value === 0);
    }
    expect(await idsOf(await ask())).toEqual(expected);
    const after = await gpu.holds();
    // The metrics pages' own connections, which fetch keeps.
    expect(after.files - before.files).toBeLessThan(250);
    expect(after.megabytes - before.megabytes).toBeLessThan(200);
  });
});
