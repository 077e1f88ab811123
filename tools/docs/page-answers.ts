import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../serve.ts";
import { type Block, blocksIn, SHOWN_ORIGIN, withTexts } from "./page-examples.ts";
import { printJson, restrictToShown } from "./printed.ts";

/** The pages that show commands with the model's answers. */
const pages = [
  "README.md",
  "docs/how-to/forms-of-the-answer.md",
  "docs/how-to/ask-many.md",
  "docs/how-to/stream-an-answer.md",
].map((path) => join(root, path));

/** The new text of the block after a command: JSON limited to the fields that the block shows, or events unchanged. */
function updatedText({ language, text }: Block, printed: string): string | undefined {
  if (language === "json") return `${printJson(restrictToShown(JSON.parse(text), JSON.parse(printed)))}\n`;
  return language === "text" && text.startsWith("event: ") ? `${printed.trimEnd()}\n` : undefined;
}

async function shell(command: string, origin: URL): Promise<string> {
  const adapted = command.replaceAll(SHOWN_ORIGIN, origin.origin);
  return (await promisify(execFile)("bash", ["-ec", adapted], { cwd: root })).stdout;
}

/** Runs a page's commands and returns the page with their current output. */
async function updated(page: string, origin: URL): Promise<string> {
  const blocks = blocksIn(page);
  const texts = new Map<number, string>();
  for (const [index, block] of blocks.entries()) {
    const next = blocks[index + 1];
    if (block.language !== "sh" || !block.text.includes(SHOWN_ORIGIN) || next === undefined) continue;
    if (next.language !== "json" && next.language !== "text") continue;
    const text = updatedText(next, await shell(block.text, origin));
    if (text !== undefined) texts.set(index + 1, text);
  }
  return withTexts(page, texts);
}

/** Runs the commands of all pages against an API and writes the answers into the pages. */
export async function updatePages(origin: URL): Promise<void> {
  for (const path of pages) await writeFile(path, await updated(await readFile(path, "utf8"), origin));
}
