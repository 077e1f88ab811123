import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../tools/serve.ts";
import { examplesIn, SHOWN_ORIGIN } from "../../tools/docs/page-examples.ts";

const examples = examplesIn(await readFile(join(root, "README.md"), "utf8"));
const requests = examples.filter(({ command }) => command.includes("127.0.0.1:8787"));
const askCommands = examples.filter(({ command }) => command.startsWith("npm run ask"));

async function shell(command: string) {
  return promisify(execFile)("bash", ["-ec", command], { cwd: root });
}

let server: ChildProcess;
let banner = "";
let builds = "";
beforeAll(async () => {
  // A reader of the README has no build yet.
  builds = await mkdtemp(join(tmpdir(), "florence-edge-builds-"));
  const env = { ...process.env, PORT: "0", FLORENCE_EDGE_BUILDS: builds };
  server = spawn("npm", ["start"], { cwd: root, env, detached: true });
  await new Promise<void>((resolve, reject) => {
    server.once("exit", () => reject(new Error(`npm start ended: ${banner}`)));
    server.stdout?.on("data", (chunk: Buffer) => {
      banner += chunk.toString();
      if (banner.includes("Ctrl+C")) resolve();
    });
  });
}, 60_000);
afterAll(async () => {
  const ended = new Promise((resolve) => server.once("close", resolve));
  if (server.pid !== undefined) process.kill(-server.pid, "SIGTERM");
  await ended;
  await rm(builds, { recursive: true });
});

function origin(): string {
  return /http:\/\/127\.0\.0\.1:\d+/u.exec(banner)?.[0] ?? "";
}

describe("the README", () => {
  it("has at least two requests and one `npm run ask` command", () => {
    expect([requests.length >= 2, askCommands.length]).toEqual([true, 1]);
  });

  it.each(requests)("has a request that works as pasted: $command", async ({ command, printed }) => {
    const { stdout } = await shell(command.replaceAll(SHOWN_ORIGIN, origin()));
    const expected: object = printed === undefined ? { finish_reason: "stop" } : JSON.parse(printed);
    expect(JSON.parse(stdout)).toMatchObject(expected);
  });

  it.each(askCommands)("has a command that prints an answer and writes an overlay: $command", async ({ command }) => {
    const overlay = join(root, "street.object-detection.svg");
    const { stdout } = await shell(command);
    expect(stdout).toContain("label");
    expect(await readFile(overlay, "utf8")).toContain("<rect");
    await rm(overlay);
  });
});

it("npm start prints a request that works as pasted", async () => {
  const command = /curl .*/u.exec(banner)?.[0] ?? "";
  const { stdout } = await shell(command);
  expect(JSON.parse(stdout)).toMatchObject({ type: "boxes", task: "object-detection" });
});
