import { describe, expect, it } from "vitest";
import { runNode, runNodeGroup } from "../../tools/run-child.ts";
import { root } from "../../tools/serve.ts";
import { eventually, markProcesses } from "../support/processes.ts";

/** A program that starts another one, which holds its output open, and runs for ever. */
const PARENT = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
setInterval(() => {}, 1000);`;

describe("a group of processes", () => {
  it("has ended as a whole when its promise settles after an abort", async () => {
    const { environment, running } = markProcesses();
    const controller = new AbortController();
    const options = { cwd: root, env: { ...process.env, ...environment } };
    const ended = runNodeGroup(["-e", PARENT], options, controller.signal);
    await eventually(async () => (await running()).length === 2);
    controller.abort();
    await expect(ended).rejects.toMatchObject({ status: 1 });
    expect(await running()).toEqual([]);
  });
});

it("a program that fails is reported with all that it printed", async () => {
  const program = `console.log("out"); console.error("err"); process.exit(3);`;
  const ended = runNode(["-e", program], { cwd: root, env: process.env });
  await expect(ended).rejects.toThrow(/failed\.\nout\nerr$/u);
});
