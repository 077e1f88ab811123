import { execFile, spawn, spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { makeCheckout } from "../../support/checkout.ts";
import { startModelHub } from "../../support/model-hub.ts";
import { markProcesses } from "../../support/processes.ts";
import { follow } from "../../support/tool.ts";

const BUILDING = "Building the API";
const READY = "Stop: Ctrl+C";

/** Where the tests run as root, the commands run as `nobody`, for whom the checkout is another user's; else the checkout is read-only. */
const isRoot = process.getuid?.() === 0;
const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};

/** `nobody` cannot even read a checkout in root's home. */
const isReadable = spawnSync(process.execPath, ["--version"], user).status === 0;

const setMode = (mode: string, path: string) => promisify(execFile)("chmod", ["-R", mode, path]);

let checkout = "";
let remove = async (): Promise<void> => {};
/** The user's own temporary folder. */
let temporary = "";
beforeAll(async () => {
  ({ folder: checkout, remove } = await makeCheckout());
  await setMode("a+rX", checkout);
  if (!isRoot) await setMode("a-w", checkout);
});
afterAll(async () => {
  await setMode("u+w", checkout);
  await remove();
});
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "florence-edge-tmp-"));
  await chmod(temporary, 0o777);
});
afterEach(async () => {
  await setMode("u+w", temporary);
  await rm(temporary, { recursive: true });
});

/** Starts a program of the checkout as its stranger. */
function startAs(tool: string, arguments_: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, HOME: "/nonexistent", TMPDIR: temporary, INIT_CWD: checkout, ...variables };
  return follow(
    spawn(process.execPath, [join(checkout, "tools", tool), ...arguments_], { cwd: checkout, env, ...user }),
  );
}

async function ask(flags: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const { ended, printed } = startAs("ask.ts", [join(root, "test/pictures/street.jpg"), ...flags], variables);
  return { status: await ended, printed: printed() };
}

/** The entries of the temporary folder that are the project's. */
const left = async () => (await readdir(temporary)).filter((name) => name.startsWith("florence-edge"));

describe.runIf(isReadable)("a checkout that the user cannot write, without an earlier build", () => {
  it("answers from a build for this process, says so in one line, and leaves nothing", async () => {
    const { status, printed } = await ask(["--json"]);
    const lines = printed.split("\n").filter((line) => line.includes("cannot be written"));
    expect({ status, lines: lines.length, printed }).toMatchObject({ status: 0, lines: 1 });
    expect(printed.match(/"label": "(?:snail|truck)"/gu)).toHaveLength(4);
    expect(await left()).toEqual([]);
  });

  it("serves, and ends with Ctrl+C without leaving anything", async () => {
    const { environment, running } = markProcesses();
    const tool = startAs("start.ts", ["--port", "0"], environment);
    await tool.waitForOutput(READY);
    tool.child.kill("SIGINT");
    expect([await tool.ended, await running(), await left()]).toEqual([130, [], []]);
  });

  it("does not take the drawing of an answer: one line, and status 1", async () => {
    const { status, printed } = await ask([]);
    expect([status, printed.match(/^The drawing cannot be written .*$/gmu)?.length]).toEqual([1, 1]);
    expect(printed).not.toMatch(/\n\s+at /u);
  });
});

it.runIf(isReadable)("a folder of builds that has become read-only is used as it is", async () => {
  const builds = join(temporary, "builds");
  await mkdir(builds);
  if (isRoot) await chown(builds, 65_534, 65_534);
  expect((await ask(["--json"], { FLORENCE_EDGE_BUILDS: builds })).printed).toContain(BUILDING);
  await setMode("a-w", builds);
  const { status, printed } = await ask(["--json"], { FLORENCE_EDGE_BUILDS: builds });
  expect([status, printed.includes(BUILDING), printed.includes("cannot be written")]).toEqual([0, false, false]);
  expect(await left()).toEqual([]);
});

it.runIf(isReadable).each([
  ["start.ts", ["--port", "0"]],
  ["ask.ts", [join(root, "test/pictures/street.jpg")]],
])(
  "%s --model downloads nothing into a folder that the user cannot write: one line, and status 1",
  async (tool, flags) => {
    await using hub = await startModelHub();
    const shards = join(checkout, "model-shards");
    const { ended, printed } = startAs(tool, [...flags, ...hub.flags, "--shards", shards, "--yes"], hub.environment);
    const status = await ended;
    expect([status, hub.mirror.requests]).toEqual([1, []]);
    expect(printed()).toMatch(/^.*model-shards.*\n$/u);
  },
);
