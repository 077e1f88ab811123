import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sniff } from "../../src/image/sniff.ts";
import { bundle } from "../../tools/bundle.ts";
import { LOCAL_VARIABLES, root, type Server, serve } from "../../tools/serve.ts";
import { examplesIn, SHOWN_ORIGIN } from "../../tools/docs/page-examples.ts";
import { xmlElements } from "../support/strict-xml.ts";

const pages = ["forms-of-the-answer.md", "ask-many.md"].map((name) =>
  readFile(join(root, "docs/how-to", name), "utf8"),
);
const examples = (await Promise.all(pages)).flatMap(examplesIn);
const withOutput = examples.filter(({ printed }) => printed !== undefined);
const withOverlay = examples.filter(({ command }) => command.includes("overlay="));

let server: Server | undefined;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "forms-"));
  server = await serve(await bundle(), { port: 0, variables: LOCAL_VARIABLES });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** Runs a command of the page as it is, except for the origin and the path of the written file. */
async function shell(command: string): Promise<string> {
  const adapted = command
    .replaceAll(SHOWN_ORIGIN, server?.url.origin ?? "")
    .replaceAll("> street.", `> ${join(folder, "street.")}`);
  const { stdout } = await promisify(execFile)("bash", ["-ec", adapted], { cwd: root });
  return stdout;
}

describe("the pages forms-of-the-answer.md and ask-many.md", () => {
  it("have eight examples with output and two with an overlay", () => {
    expect([withOutput.length, withOverlay.length]).toEqual([8, 2]);
  });

  it.each(withOutput)("show the actual output of $command", async ({ command, printed = "" }) => {
    const expected: object = JSON.parse(printed);
    expect(JSON.parse(await shell(command))).toMatchObject(expected);
  });

  it("show commands that write an overlay, as SVG and as PNG", async () => {
    for (const { command } of withOverlay) await shell(command);
    const elements = xmlElements(await readFile(join(folder, "street.svg"), "utf8"));
    const labels = elements.flatMap(({ name, text }) => (name === "text" ? [text] : []));
    expect(labels).toEqual(["snail", "snail", "truck", "truck"]);
    expect(sniff(await readFile(join(folder, "street.png")))).toEqual({ format: "png", width: 640, height: 480 });
  });
});
