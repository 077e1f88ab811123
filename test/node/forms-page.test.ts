import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle, root, type Server, serve } from "../../tools/serve.ts";
import { examplesIn } from "../support/page-examples.ts";
import { xmlElements } from "../support/strict-xml.ts";

const examples = examplesIn(await readFile(join(root, "docs/how-to/forms-of-the-answer.md"), "utf8"));
const printing = examples.filter(({ printed }) => printed !== undefined);
const drawing = examples.filter(({ command }) => command.includes("overlay=svg"));

let server: Server | undefined;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "forms-"));
  server = await serve(await bundle(), { port: 0 });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** Runs a command of the page as pasted, but for the port and where it writes. */
async function shell(command: string): Promise<string> {
  const asked = command
    .replaceAll("http://127.0.0.1:8787", server?.url.origin ?? "")
    .replaceAll("> street.svg", `> ${join(folder, "street.svg")}`);
  const { stdout } = await promisify(execFile)("bash", ["-ec", asked], { cwd: root });
  return stdout;
}

describe("the page on forms", () => {
  it("has examples", () => {
    expect([printing.length, drawing.length]).toEqual([5, 1]);
  });

  it.each(printing)("tells what is answered: $command", async ({ command, printed = "" }) => {
    const expected: object = JSON.parse(printed);
    expect(JSON.parse(await shell(command))).toMatchObject(expected);
  });

  it.each(drawing)("tells how to draw: $command", async ({ command }) => {
    await shell(command);
    const elements = xmlElements(await readFile(join(folder, "street.svg"), "utf8"));
    const labels = elements.flatMap(({ name, text }) => (name === "text" ? [text] : []));
    expect(labels).toEqual(["snail", "snail", "truck", "truck"]);
  });
});
