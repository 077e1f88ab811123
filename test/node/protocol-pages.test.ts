import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../tools/bundle.ts";
import { blocksIn, examplesIn, SHOWN_ORIGIN } from "../../tools/docs/page-examples.ts";
import { Job } from "../../src/contract/jobs.ts";
import { LOCAL_VARIABLES, root, type Server, serve } from "../../tools/serve.ts";

const CAPTION = "two snails and two trucks on a pink background";

let server: Server | undefined;
beforeAll(async () => {
  server = await serve(await bundle(), { port: 0, variables: LOCAL_VARIABLES });
}, 60_000);
afterAll(() => server?.stop());

/** Runs the curl commands of a page in one shell, as they are except for the origin, and returns the lines that they print. */
async function linesOf(page: string): Promise<readonly string[]> {
  const examples = examplesIn(await readFile(join(root, "docs/how-to", page), "utf8"));
  const commands = examples.map(({ command }) => command);
  return outputOf(
    commands.filter((command) => /^(?:curl|printf|prepared=|job=)/u.test(command)),
    root,
  );
}

async function outputOf(commands: readonly string[], cwd: string): Promise<readonly string[]> {
  const adapted = commands.map((command) => command.replaceAll(SHOWN_ORIGIN, server?.url.origin ?? ""));
  const { stdout } = await promisify(execFile)("bash", ["-euc", adapted.join("\necho\n")], { cwd });
  return stdout.trim().split("\n");
}

/** Runs all commands of a page but those of a deployment in a folder of their own, since they write files. */
async function linesInFolder(page: string): Promise<readonly string[]> {
  const blocks = blocksIn(await readFile(join(root, "docs/how-to", page), "utf8"));
  const commands = blocks.filter(({ language, text }) => language === "sh" && !text.startsWith("npx "));
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  try {
    await symlink(join(root, "test"), join(folder, "test"));
    return await outputOf(
      commands.map(({ text }) => text),
      folder,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The last of these lines. */
async function printedBy(page: string): Promise<string> {
  return (await linesOf(page)).at(-1) ?? "";
}

describe("the commands of a page", () => {
  it("ask about an upload", async () => {
    const printed = (await printedBy("upload-an-image.md")).replace(/^.*\}(?=\{)/u, "");
    expect(JSON.parse(printed)).toMatchObject({ task: "object-detection", objects: { length: 4 } });
  });

  it("get a caption later", async () => {
    const printed = await linesOf("answer-later.md");
    const jobs = printed.filter((line) => line.startsWith("{")).map((line) => Job.parse(JSON.parse(line)));
    expect(jobs).toMatchObject([{ task: "caption", status: "succeeded", result: { text: CAPTION } }, { task: "ocr" }]);
  });

  it("answer a batch", async () => {
    const result: unknown = JSON.parse((await linesInFolder("batches.md")).at(-1) ?? "");
    const expected = { custom_id: "test/pictures/street.jpg", response: { status_code: 200, body: { text: CAPTION } } };
    expect(result).toMatchObject({ ...expected, error: null });
  });

  it("list the tools of MCP", async () => {
    const printed = (await printedBy("use-mcp.md")).replace(/^data: /u, "");
    expect(JSON.parse(printed)).toMatchObject({ id: 1, result: { tools: { length: 9 } } });
  });

  it("get a caption as clients of OpenAI do", async () => {
    const answer: unknown = JSON.parse(await printedBy("use-openai-clients.md"));
    expect(answer).toMatchObject({ choices: [{ message: { content: CAPTION } }] });
  });

  it("get a caption and objects as clients of Azure do", async () => {
    const answer: unknown = JSON.parse(await printedBy("come-from-azure-image-analysis.md"));
    expect(answer).toMatchObject({ captionResult: { text: CAPTION }, objectsResult: { values: { length: 4 } } });
  });
});
