import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isRunning } from "../../../tools/is-running.ts";
import { root } from "../../../tools/serve.ts";
import { Manifest } from "../../../src/weights/shards.ts";
import { HUB_MODEL, startModelHub } from "../../support/model-hub.ts";
import { eventually, markProcesses } from "../../support/processes.ts";
import { follow, runTool, type RunningTool, startTool } from "../../support/tool.ts";

const READY = "Stop: Ctrl+C";
const DECODER = "onnx/decoder_model_merged.onnx";
const street = join(root, "test/pictures/street.jpg");

type Hub = Awaited<ReturnType<typeof startModelHub>>;

const start = ({ flags, environment }: Hub, ...more: readonly string[]) =>
  startTool("start.ts", ["--port", "0", ...flags, ...more], environment);

/** The address that the command prints. */
const originIn = ({ printed }: RunningTool): string =>
  /http:\/\/127\.0\.0\.1:\d+/u.exec(printed().replace(/[^]*answers at/u, ""))?.[0] ?? "";

async function detect(origin: string) {
  const headers = { "content-type": "image/jpeg" };
  const response = await fetch(`${origin}/v1/object-detection`, {
    method: "POST",
    headers,
    body: await readFile(street),
  });
  const { model, objects }: { model: { id: string }; objects: { label: string }[] } = await response.json();
  return [model.id, ...objects.map(({ label }) => label)];
}

describe("npm start --model", () => {
  it("downloads the model although the connection is cut twice, and answers with it; the next start needs no hub", async () => {
    await using hub = await startModelHub();
    const { mirror } = hub;
    const size = (await readFile(join(root, "model-shards/mini", DECODER))).length;
    mirror.faults.set(DECODER, [{ cutAfter: Math.ceil(size * 0.45) }, { cutAfter: Math.ceil(size * 0.3) }]);
    const first = start(hub, "--yes");
    // A line is printed for each tenth; on a busy machine, more has come by then.
    for (const reached of ["4\\d", "7\\d"]) {
      await first.waitForOutput(new RegExp(`${DECODER} .* ${reached} %`, "u"));
      mirror.arrived(Infinity);
    }
    await first.waitForOutput(READY);
    const transfers = mirror.requests.filter(({ at, path }) => at === "storage" && path.endsWith(DECODER));
    expect(transfers.map(({ range }) => range !== undefined)).toEqual([false, true, true]);
    expect(await detect(originIn(first))).toEqual([HUB_MODEL, "snail", "snail", "truck", "truck"]);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(130);

    const requests = mirror.requests.length;
    const second = start(hub);
    await second.waitForOutput(READY);
    expect(await detect(originIn(second))).toEqual([HUB_MODEL, "snail", "snail", "truck", "truck"]);
    second.child.kill("SIGINT");
    expect([await second.ended, mirror.requests.length]).toEqual([130, requests]);
  });

  it("keeps another --dtype beside it", async () => {
    await using hub = await startModelHub();
    const { mirror, shards, flags, environment } = hub;
    for (const path of (await readdir(join(root, "model-shards/mini/onnx"))).map((name) => `onnx/${name}`)) {
      mirror.add(path.replace(".onnx", "_fp16.onnx"), {
        bytes: await readFile(join(root, "model-shards/mini", path)),
        isLarge: true,
      });
    }
    for (const more of [[], ["--dtype", "fp16"], ["--dtype", "fp16"]]) {
      const { status, printed } = await runTool("ask.ts", [street, ...flags, "--yes", ...more], environment);
      expect({ status, printed }).toMatchObject({ status: 0 });
    }
    const { models } = Manifest.parse(JSON.parse(await readFile(join(shards, "manifest.json"), "utf8")));
    expect(models.map(({ id, dtype }) => [id, dtype])).toEqual([
      [HUB_MODEL, "fp32"],
      [`${HUB_MODEL}-fp16`, "fp16"],
    ]);
  });

  it("fails with status 1 when the hub does, and keeps what has come", async () => {
    await using hub = await startModelHub();
    hub.mirror.faults.set(DECODER, [{ wrongByte: true }]);
    const { status, printed } = await runTool("start.ts", [...hub.flags, "--port", "0", "--yes"], hub.environment);
    expect([status, printed.includes(DECODER), /\n\s+at /u.test(printed)]).toEqual([1, true, false]);
    expect(await readdir(hub.shards)).toEqual([".downloads"]);
  });
});

/** Starts with the mini model of the repository, as a native one. */
function startMini() {
  const { environment, running } = markProcesses();
  const tool = startTool("start.ts", ["--port", "0", "--model", "mini"], environment);
  const pidOf = (program: string) => eventually(async () => (await running(program))[0]?.pid);
  const hasEnded = () => eventually(async () => (await running()).length === 0);
  return { tool, pidOf, hasEnded };
}

describe("npm start with the backend that it started", () => {
  it("says what the backend's model is for, and all its processes end with Ctrl+C", async () => {
    const { tool, hasEnded } = startMini();
    await tool.waitForOutput(READY);
    expect(tool.printed()).toContain("no photographs");
    tool.child.kill("SIGINT");
    expect(await tool.ended).toBe(130);
    await hasEnded();
  });

  it("ends with status 1 and one line when the backend dies", async () => {
    const { tool, pidOf, hasEnded } = startMini();
    await tool.waitForOutput(READY);
    const before = tool.printed();
    process.kill(await pidOf("functions/gpu.ts"), "SIGKILL");
    expect(await tool.ended).toBe(1);
    expect(tool.printed().slice(before.length)).toMatch(/^.*SIGKILL.*\n$/u);
    await hasEnded();
  });

  it("ends with status 1 when the backend cannot load the model", async () => {
    const shards = await mkdtemp(join(tmpdir(), "florence-edge-models-"));
    const files = ["manifest.json", "mini"];
    for (const path of files) await cp(join(root, "model-shards", path), join(shards, path), { recursive: true });
    const bytes = await readFile(join(shards, "mini", DECODER));
    await writeFile(join(shards, "mini", DECODER), bytes.fill(0, 0, 8));
    const { status, printed } = await runTool("start.ts", ["--port", "0", "--model", "mini", "--shards", shards]);
    expect([status, printed.includes(DECODER), /\n\s+at /u.test(printed)]).toEqual([1, true, false]);
    await rm(shards, { recursive: true });
  });

  it("does not leave the backend behind when it is killed", async () => {
    const { tool, pidOf } = startMini();
    await tool.waitForOutput(READY);
    const backend = await pidOf("functions/gpu.ts");
    // Miniflare's workerd does not notice.
    const workerd = await pidOf("workerd serve");
    tool.child.kill("SIGKILL");
    expect(await tool.ended).toBe(null);
    await eventually(async () => !isRunning(backend));
    process.kill(workerd, "SIGKILL");
  });

  it("answers again after workerd has crashed", async () => {
    const { tool, pidOf } = startMini();
    await tool.waitForOutput(READY);
    process.kill(await pidOf("workerd serve"), "SIGKILL");
    const isUp = () =>
      fetch(`${originIn(tool)}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(isUp);
    tool.child.kill("SIGTERM");
    expect(await tool.ended).toBe(143);
  });
});

/** Starts the command at a pseudo-terminal, which `script` makes. */
function atTerminal({ flags, environment }: Hub) {
  const command = [process.execPath, join(root, "tools/start.ts"), "--port", "0", ...flags].join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    env: { ...process.env, ...environment },
  });
  return { ...follow(child), type: (keys: string) => void child.stdin.write(keys) };
}

describe("npm start --model at a terminal", () => {
  it.each([
    ["n\r", 1],
    ["\u0003", 130],
  ])("downloads nothing when the question is answered with %j", async (keys, expected) => {
    await using hub = await startModelHub();
    const { waitForOutput, type, ended } = atTerminal(hub);
    await waitForOutput("[y/N]");
    type(keys);
    expect(await ended).toBe(expected);
    expect(hub.mirror.requests.filter(({ at }) => at === "storage")).toEqual([]);
  });

  it("asks once with the size and the address, and downloads after a yes", async () => {
    await using hub = await startModelHub();
    const { waitForOutput, type, ended, printed } = atTerminal(hub);
    await waitForOutput("[y/N]");
    type("y\r");
    await waitForOutput(READY);
    type("\u0003");
    expect(await ended).toBe(130);
    expect(printed().match(/\[y\/N\]/gu)).toHaveLength(1);
    expect(printed()).toContain(`0.02 GB from ${hub.mirror.url.href}onnx-community/Florence-2-base-ft`);
  });
});
