import { appendFile, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { makeCheckout } from "../../support/checkout.ts";
import { runTool, startTool } from "../../support/tool.ts";

const READY = "Stop: Ctrl+C";
const BUILDING = "Building the API";

let checkout = "";
let remove = async (): Promise<void> => {};
beforeAll(async () => {
  ({ folder: checkout, remove } = await makeCheckout());
});
afterAll(() => remove());

const ask = () => runTool("ask.ts", [join(root, "test/pictures/street.jpg"), "--json"], {}, checkout);

/** Whether an answer needed a build; the answer is checked on the way. */
async function builds(): Promise<boolean> {
  const { status, printed } = await ask();
  expect({ status, labels: printed.match(/"label": "(?:snail|truck)"/gu)?.length, printed }).toMatchObject({
    status: 0,
    labels: 4,
  });
  return printed.includes(BUILDING);
}

/** Starts a server and returns the page that it serves. */
async function served(path: string): Promise<string> {
  const tool = startTool("start.ts", ["--port", "0"], {}, checkout);
  await tool.waitForOutput(READY);
  const origin = /http:\/\/127\.0\.0\.1:\d+/u.exec(tool.printed())?.[0];
  const text = await (await fetch(`${origin}${path}`)).text();
  tool.child.kill("SIGINT");
  await tool.ended;
  return text;
}

/** Milliseconds for a test: some build three times, on a busy machine in ten seconds each. */
const TIMEOUT_MS = 180_000;

describe("a checkout", { timeout: TIMEOUT_MS }, () => {
  it("is built once, whatever the times of its files say", async () => {
    expect([await builds(), await builds()]).toEqual([true, false]);
    const touched = new Date();
    await utimes(join(checkout, "src/http/app.ts"), touched, touched);
    expect(await builds()).toBe(false);
  });

  it("is built again when a source of the Worker or of its pages changes", async () => {
    await appendFile(join(checkout, "src/site/public/llms.txt"), "A new line.\n");
    expect(await served("/llms.txt")).toContain("A new line.");
    const operations = join(checkout, "src/contract/operations.ts");
    await writeFile(operations, (await readFile(operations, "utf8")).replace("This document", "This very document"));
    expect((await served("/openapi.json")).includes("This very document")).toBe(true);
    expect(await builds()).toBe(false);
    // The one in use and the one before it.
    expect(await readdir(join(checkout, "dist/builds"))).toHaveLength(2);
  });

  it("is built by two commands at the same time, and both answer", async () => {
    await rm(join(checkout, "dist"), { recursive: true });
    expect(await Promise.all([builds(), builds()])).toEqual([true, true]);
    expect(await readdir(join(checkout, "dist/builds"))).toHaveLength(1);
    expect(await builds()).toBe(false);
  });

  it("that does not compile ends in the compiler's words and status 1, without a stack trace of ours", async () => {
    const path = join(checkout, "functions/api.ts");
    const text = await readFile(path, "utf8");
    await appendFile(path, "\nconst broken = ;\n");
    const { status, printed } = await ask();
    await writeFile(path, text);
    expect([status, printed.includes("api.ts"), printed.includes("tools/bundle.ts")]).toEqual([1, true, false]);
    expect(await builds()).toBe(false);
  });
});
