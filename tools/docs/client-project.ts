import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildClient } from "../build-client.ts";
import { root } from "../serve.ts";
import { type Block, blocksIn, SHOWN_ORIGIN, withTexts } from "./page-examples.ts";

const run = promisify(execFile);

/** The README of the client package. Its examples form one program, in their order. */
export const clientPage = join(root, "src/client/README.md");

/** Creates a project in an empty folder, with the client installed from its npm package; returns the project's folder. */
export async function installClient(folder: string): Promise<string> {
  const [project, packed] = [join(folder, "project"), join(folder, "package")];
  await mkdir(project);
  await buildClient(packed);
  const { stdout } = await run("npm", ["pack", packed, "--silent", "--pack-destination", folder], { cwd: folder });
  await writeFile(join(project, "package.json"), '{ "type": "module", "private": true }');
  const options = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...options, join(folder, stdout.trim())], { cwd: project });
  return project;
}

/** Printed after each example to separate their outputs; no example prints it. */
const MARK = "\f\n";

/** Runs the README's program in a project with the client and returns the output of each example, in their order. */
export async function runClientPage(project: string, origin: URL): Promise<readonly string[]> {
  await copyFile(join(root, "test/pictures/street.jpg"), join(project, "street.jpg"));
  const examples = blocksIn(await readFile(clientPage, "utf8")).filter(({ language }) => language === "ts");
  const program = examples.map(({ text }) => `${text}process.stdout.write(${JSON.stringify(MARK)});\n`).join("");
  await writeFile(join(project, "page.ts"), program.replaceAll(SHOWN_ORIGIN, origin.origin));
  const { stdout } = await run(process.execPath, ["page.ts"], { cwd: project });
  return stdout.split(MARK).slice(0, -1);
}

/** Returns for each example the index of the block that shows its output, undefined if none does. */
export function outputIndexes(blocks: readonly Block[]): readonly (number | undefined)[] {
  return blocks.flatMap(({ language }, at) => {
    return language === "ts" ? [blocks[at + 1]?.language === "text" ? at + 1 : undefined] : [];
  });
}

/** Runs the README's examples and writes their current output into it. */
export async function updateClientPage(origin: URL): Promise<void> {
  const page = await readFile(clientPage, "utf8");
  const folder = await mkdtemp(join(tmpdir(), "client-"));
  const printed = await runClientPage(await installClient(folder), origin);
  await rm(folder, { recursive: true });
  const indexes = outputIndexes(blocksIn(page));
  const texts = printed.flatMap((text, at) => {
    const index = indexes[at];
    return index === undefined ? [] : [[index, text] as const];
  });
  await writeFile(clientPage, withTexts(page, new Map(texts)));
}
