import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
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
});
