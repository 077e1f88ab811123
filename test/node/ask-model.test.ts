import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { isConfirmed } from "../../tools/ask-user.ts";
import { root } from "../../tools/serve.ts";
import { HUB_MODEL, startModelHub } from "../support/model-hub.ts";
import { runTool } from "../support/tool.ts";

const street = join(root, "test/pictures/street.jpg");

describe("npm run ask --model, for a model that is not here", () => {
  it("refuses without a terminal, before it asks the hub, and says what to do", async () => {
    await using hub = await startModelHub();
    const { status, printed } = await runTool("ask.ts", [street, ...hub.flags], hub.environment);
    expect([status, printed.trim().split("\n").length]).toEqual([2, 1]);
    expect(printed).toContain("--yes");
    expect(printed).toContain(`npm run pull -- ${HUB_MODEL}`);
    expect([hub.mirror.requests, await readdir(hub.shards)]).toEqual([[], []]);
  });

  it("downloads it with --yes, and answers with it", async () => {
    await using hub = await startModelHub();
    const { status, printed } = await runTool("ask.ts", [street, ...hub.flags, "--yes", "--json"], hub.environment);
    expect({ status, printed }).toMatchObject({ status: 0 });
    const answer: unknown = JSON.parse(/^\{$[^]*^\}$/mu.exec(printed)?.[0] ?? "null");
    expect(answer).toMatchObject({
      model: { id: HUB_MODEL, dtype: "fp32" },
      objects: ["snail", "snail", "truck", "truck"].map((label) => ({ label })),
    });
    expect(await readdir(hub.shards)).toEqual([HUB_MODEL, "manifest.json"]);
  });
});

/** Asks, and answers with these keys; `undefined` ends the input. */
async function answered(keys: string | undefined) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const confirmed = isConfirmed("Download?", { input, output });
  input.end(keys);
  return { confirmed: await confirmed, shown: String(output.read()) };
}

describe("a question on the terminal", () => {
  it.each([
    ["y\n", true],
    ["yes\n", true],
    [" Y \n", true],
    ["YES\r\n", true],
    ["n\n", false],
    ["\n", false],
    ["yesterday\n", false],
    [undefined, false],
  ])("answered with %j is confirmed: %j", async (keys, expected) => {
    const { confirmed, shown } = await answered(keys);
    expect([confirmed, shown.startsWith("Download? [y/N]")]).toEqual([expected, true]);
  });

  it("is asked once", async () => {
    expect((await answered("maybe\ny\n")).confirmed).toBe(false);
  });
});
