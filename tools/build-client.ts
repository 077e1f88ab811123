import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./serve.ts";

async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(root, path), "utf8"));
}

/** The text of `package.json`, with the repository's version and licence. */
async function manifest(): Promise<string> {
  const { version, license } = await readJson("package.json");
  const { name, ...rest } = await readJson("src/client/package.json");
  return `${JSON.stringify({ name, version, license, ...rest }, null, 2)}\n`;
}

/** Writes the npm package `florence-edge-client` to `folder`, emptied first: modules, declarations, `package.json`, README, licence. */
export async function buildClient(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = ["-p", join(root, "tsconfig.client.json"), "--outDir", folder];
  await promisify(execFile)(process.execPath, [tsc, ...options], { cwd: root });
  await writeFile(join(folder, "package.json"), await manifest());
  await copyFile(join(root, "src/client/README.md"), join(folder, "README.md"));
  await copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
}

if (import.meta.main) {
  const folder = join(root, "dist/client");
  await buildClient(folder);
  console.log(`Built in ${folder}. Pack it with: npm pack ./dist/client`);
}
