import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { runTool, startTool } from "../../support/tool.ts";

const stack = /\n\s+at /u;

/** What `npm start` prints at the end, once it answers. */
const READY = "Stop: Ctrl+C";

describe("npm start exits with 2, in one line and before it builds, on", () => {
  it.each([
    [["--port", "abc"], "abc"],
    [["--port=-1"], "-1"],
    [["--port", "65536"], "65536"],
    [["--port="], '""'],
    [["--host", ""], '""'],
    // Reserved for documentation (RFC 5737 and RFC 2606): no machine has them.
    [["--host", "192.0.2.1", "--port", "0"], "192.0.2.1"],
    [["--host", "nowhere.invalid", "--port", "0"], "nowhere.invalid"],
    [["--dtype", "fp16"], "--model"],
    [["--model", "florence-3"], "florence-2-base"],
    [["--model", "florence-2-base", "--dtype", "fp8"], "fp8"],
  ])("%j", async (arguments_, named) => {
    const { status, printed } = await runTool("start.ts", arguments_);
    expect([status, printed.includes(named), printed.trim().split("\n").length]).toEqual([2, true, 1]);
  });

  it.each(["abc", "-1", "65536", "80.5"])("PORT=%s", async (port) => {
    const { status, printed } = await runTool("start.ts", [], { PORT: port });
    expect([status, printed.includes(JSON.stringify(port)), stack.test(printed)]).toEqual([2, true, false]);
  });

  it.each(["127.0.0.1", "0.0.0.0"])("a port in use at %s, and names another", async (host) => {
    const taken = createServer().listen(0, host);
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { status, printed } = await runTool("start.ts", ["--port", String(port)]);
    taken.close();
    expect([status, printed.trim().split("\n").length]).toEqual([2, 1]);
    expect(printed).toContain(`--port ${port === 65_535 ? 8787 : port + 1}`);
  });
});

describe("npm start", () => {
  it("listens at --host, and says that others can reach it", async () => {
    const tool = startTool("start.ts", ["--host", "0.0.0.0", "--port", "0"]);
    await tool.waitForOutput(READY);
    tool.child.kill("SIGINT");
    expect([await tool.ended, tool.printed().includes("0.0.0.0")]).toEqual([130, true]);
  });

  it("shows what its model is for, with the command that runs the real one", async () => {
    const tool = startTool("start.ts", ["--port", "0"]);
    await tool.waitForOutput(READY);
    tool.child.kill("SIGTERM");
    expect(await tool.ended).toBe(143);
    expect(tool.printed()).toContain("no photographs");
    expect(tool.printed()).toContain("npm start -- --model florence-2-base");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "ends on %s while it builds, with status %i and one line, and leaves nothing",
    async (signal, expected) => {
      const builds = await mkdtemp(join(tmpdir(), "florence-edge-builds-"));
      const tool = startTool("start.ts", ["--port", "0"], { FLORENCE_EDGE_BUILDS: builds });
      while ((await readdir(builds)).length === 0) await new Promise((resolve) => setImmediate(resolve));
      tool.child.kill(signal);
      const [status, lines] = [await tool.ended, tool.printed().trim().split("\n")];
      expect([status, lines.filter((line) => line.startsWith("Stopped")).length]).toEqual([expected, 1]);
      expect(tool.printed()).not.toMatch(stack);
      expect(await readdir(builds)).toEqual([]);
      await rm(builds, { recursive: true });
    },
  );
});

describe("a Node that is too old", () => {
  const preload = join(root, "tools/preload.cjs");

  /** Runs the preloaded file as this version of Node would. */
  const as = (version: string) =>
    promisify(execFile)(process.execPath, [
      "-e",
      `Object.defineProperty(process.versions, "node", { value: "${version}" }); require(${JSON.stringify(preload)})`,
    ]).then(
      ({ stdout, stderr }) => ({ code: 0, printed: stdout + stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        printed: stdout + stderr,
      }),
    );

  it.each(["12.22.0", "20.20.2", "22.17.9"])("%s ends in one line with status 1", async (version) => {
    const { code, printed } = await as(version);
    expect([code, printed.includes(version), printed.trim().split("\n").length]).toEqual([1, true, 1]);
  });

  it.each(["22.18.0", "23.0.0", "24.21.0"])("%s is not", async (version) => {
    expect(await as(version)).toEqual({ code: 0, printed: "" });
  });

  it("is refused by every command of package.json that runs TypeScript", async () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      await readFile(join(root, "package.json"), "utf8"),
    );
    const commands = Object.values(scripts).flatMap((script) => script.split(" && "));
    const programs = commands.filter((command) => /^(?:exec )?node /u.test(command));
    expect(programs.length).toBeGreaterThan(10);
    expect(programs.filter((command) => !/^(?:exec )?node -r \.\/tools\/preload\.cjs /u.test(command))).toEqual([]);
  });
});
