import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../serve.ts";
import { type Block, blocksIn, SHOWN_ORIGIN, withTexts } from "./page-examples.ts";
import { printJson, restrictToShown } from "./printed.ts";

/** The pages that show commands with what the model answers to them. */
const pages = [
  "README.md",
  "docs/how-to/forms-of-the-answer.md",
  "docs/how-to/ask-many.md",
  "docs/how-to/stream-an-answer.md",
].map((path) => join(root, path));

/** What a block that follows a command has to show: JSON as far as it is shown, events as they are. */
function shownAs({ language, text }: Block, printed: string): string | undefined {
  if (language === "json") return `${printJson(restrictToShown(JSON.parse(text), JSON.parse(printed)))}\n`;
  return language === "text" && text.startsWith("event: ") ? `${printed.trimEnd()}\n` : undefined;
}

async function shell(command: string, origin: URL): Promise<string> {
  const asked = command.replaceAll(SHOWN_ORIGIN, origin.origin);
  return (await promisify(execFile)("bash", ["-ec", asked], { cwd: root })).stdout;
}

/** A page with what its commands print now. */
async function answered(page: string, origin: URL): Promise<string> {
  const blocks = blocksIn(page);
  const texts = new Map<number, string>();
  for (const [index, block] of blocks.entries()) {
    const next = blocks[index + 1];
    if (block.language !== "sh" || !block.text.includes(SHOWN_ORIGIN) || next === undefined) continue;
    if (next.language !== "json" && next.language !== "text") continue;
    const shown = shownAs(next, await shell(block.text, origin));
    if (shown !== undefined) texts.set(index + 1, shown);
  }
  return withTexts(page, texts);
}

/** Asks what the pages ask, and writes the answers into them. */
export async function updatePages(origin: URL): Promise<void> {
  for (const path of pages) await writeFile(path, await answered(await readFile(path, "utf8"), origin));
}
