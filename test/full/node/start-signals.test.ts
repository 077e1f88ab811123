import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { startModelHub } from "../../support/model-hub.ts";
import { eventually, markProcesses } from "../../support/processes.ts";
import { follow, type RunningTool, startTool } from "../../support/tool.ts";

const READY = "Stop: Ctrl+C";

let builds = "";
beforeEach(async () => {
  builds = await mkdtemp(join(tmpdir(), "florence-edge-builds-"));
});
afterEach(() => rm(builds, { recursive: true }));

/** A command and its processes. */
interface Started {
  readonly tool: RunningTool;
  readonly running: ReturnType<typeof markProcesses>["running"];
}

/** Starts `npm start` on a free port, or another program. */
function start(flags: readonly string[] = ["--port", "0"], variables: NodeJS.ProcessEnv = {}, program = "start.ts") {
  const { environment, running } = markProcesses();
  return { tool: startTool(program, flags, { PORT: "0", ...environment, ...variables }), running };
}

const hasEnded = ({ running }: Started) => eventually(async () => (await running()).length === 0);
const waitForProcess = ({ running }: Started, program: string) =>
  eventually(async () => (await running(program))[0]?.pid);

const ownBuilds = () => ({ FLORENCE_EDGE_BUILDS: builds });

/** The stages of `npm start` that take time: starts, and resolves while the stage lasts. */
const stages = {
  "the API is built": async () => {
    const started = start(undefined, ownBuilds());
    await waitForProcess(started, "wrangler-dist/cli.js");
    return started;
  },
  "the API starts": async () => {
    const started = start();
    await waitForProcess(started, "workerd serve");
    return started;
  },
  "the model is loaded": async () => {
    const started = start(["--port", "0", "--model", "mini"]);
    await waitForProcess(started, "functions/gpu.ts");
    return started;
  },
  "it answers": async () => {
    const started = start(["--port", "0", "--model", "mini"]);
    await started.tool.waitForOutput(READY);
    return started;
  },
};

describe.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("npm start on %s", (signal, expected) => {
  it.each(Object.entries(stages))("ends in one line while %s, with all its processes", async (_stage, reach) => {
    const started = await reach();
    const before = started.tool.printed();
    started.tool.child.kill(signal);
    const status = await started.tool.ended;
    const lines = started.tool.printed().slice(before.length).trim().split("\n");
    expect({ status, lines }).toEqual({ status: expected, lines: [expect.stringMatching(/^Stopped by /u)] });
    await hasEnded(started);
    expect(await readdir(builds)).toEqual([]);
  });

  it("ends while the model is downloaded, and keeps what has come", async () => {
    await using hub = await startModelHub();
    const file = "onnx/decoder_model_merged.onnx";
    hub.mirror.faults.set(file, [{ stallAfter: 1_000_000 }]);
    const started = start(["--port", "0", "--yes", ...hub.flags], hub.environment);
    await started.tool.waitForOutput(/onnx\/decoder_model_merged\.onnx\s+\d/u);
    started.tool.child.kill(signal);
    expect(await started.tool.ended).toBe(expected);
    await hasEnded(started);
    expect(await readdir(hub.shards)).toEqual([".downloads"]);
  });
});

it("a second Ctrl+C ends at once, with all processes", async () => {
  const started = await stages["the API is built"]();
  started.tool.child.kill("SIGINT");
  started.tool.child.kill("SIGINT");
  expect(await started.tool.ended).toBe(130);
  await hasEnded(started);
});

it("a build whose command is killed ends, and the next start removes it and builds", async () => {
  const killed = await stages["the API is built"]();
  killed.tool.child.kill("SIGKILL");
  await hasEnded(killed);
  expect(await readdir(builds)).toHaveLength(1);
  const next = start(undefined, ownBuilds());
  await next.tool.waitForOutput(READY);
  expect((await readdir(builds)).map((name) => name.startsWith("."))).toEqual([false]);
  next.tool.child.kill("SIGINT");
  await hasEnded(next);
});

it.each(["split", "remote"])(
  "npm run dev:%s ends with status 1 and one line when the backend is killed",
  async (placement) => {
    const started = start([placement], {}, "both-ends.ts");
    await started.tool.waitForOutput(READY);
    const before = started.tool.printed();
    process.kill(await waitForProcess(started, "functions/gpu.ts"), "SIGKILL");
    expect(await started.tool.ended).toBe(1);
    expect(started.tool.printed().slice(before.length)).toMatch(/^.*SIGKILL.*\n$/u);
    await hasEnded(started);
  },
);

describe("npm, whose scripts run in dash, ends on SIGTERM with all processes of", () => {
  it.each([
    [["start", "--", "--port", "0"], READY, 143],
    [["start", "--", "--port", "0", "--model", "mini"], READY, 143],
    // Its requests are answered: that is success.
    [["run", "gpu", "--", "--port", "0"], '"listening"', 0],
    [["run", "dev:remote"], READY, 143],
  ])("npm %j", async (arguments_, ready, status) => {
    const { environment, running } = markProcesses();
    const env = { ...process.env, ...environment, PORT: "0", npm_config_script_shell: "/bin/dash" };
    const started = { tool: follow(spawn("npm", arguments_, { cwd: root, env })), running };
    await started.tool.waitForOutput(ready);
    started.tool.child.kill("SIGTERM");
    expect(await started.tool.ended).toBe(status);
    await hasEnded(started);
  });
});
