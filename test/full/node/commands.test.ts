import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { runTool as run } from "../../support/tool.ts";

const stack = /\n\s+at /u;

describe("a wrong command line exits with 2 at once and without a stack trace", () => {
  it.each([
    ["ask.ts", []],
    ["ask.ts", ["one.jpg", "two.jpg"]],
    ["ask.ts", ["no-such-file.jpg"]],
    ["ask.ts", ["package.json"]],
    ["ask.ts", ["test/pictures/street.jpg", "--task", "vqa"]],
    ["ask.ts", ["test/pictures/street.jpg", "--bogus"]],
    ["ask.ts", ["test/pictures/street.jpg", "--task"]],
    ["ask.ts", ["test/pictures/street.jpg", "--png", "--json"]],
    ["shard.ts", []],
    ["ask.ts", ["test/pictures/street.jpg", "--dtype", "fp16"]],
    ["ask.ts", ["test/pictures/street.jpg", "--model", "no-such-model"]],
    ["shard.ts", ["docs", "mini", "--output", "docs"]],
  ])("%s %j", async (tool, arguments_) => {
    const { status, printed } = await run(tool, arguments_);
    expect(status).toBe(2);
    expect(printed).not.toMatch(stack);
    expect(printed).not.toContain("Building");
  });
});

it("ask names the size of the image when the API rejects a region outside the image", async () => {
  const image = join(root, "test/pictures/street.jpg");
  const { status, printed } = await run("ask.ts", [image, "--task", "region-to-category", "--region", "0,0,9999,10"]);
  expect(status).toBe(2);
  expect(printed).toContain("640 x 480");
  expect(printed).not.toMatch(stack);
});

it.each([
  [["--stream", "--json", "--min-score", "0.12"], /^\{"type":"object","index":1.*\}\n\{"type":"done".*\}$/mu],
  [["--format", "flat", "--box-format", "xywh"], /"first_width": 200.96/u],
])("ask %j prints the answer in the requested form", async (options, expected) => {
  const { status, printed } = await run("ask.ts", [join(root, "test/pictures/street.jpg"), ...options]);
  expect(status).toBe(0);
  expect(printed).toMatch(expected);
});

it("ask --help lists the tasks", async () => {
  const { status, printed } = await run("ask.ts", ["--help"]);
  expect(status).toBe(0);
  expect(printed).toContain("referring-expression-segmentation");
});
