import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../../tools/serve.ts";
import { installFolder } from "../../install.ts";
import { environment } from "./environment.ts";

const run = promisify(execFile);
/** The folder with n8n. It is one of its own, so that tests do not find the packages that n8n depends on. */
const app = join(import.meta.dirname, "../app");

/** The program of n8n. */
export const program = join(app, "node_modules/n8n/bin/n8n");

/** The node's package. */
export const packageFolder = join(root, "integrations/n8n-nodes-florence-edge");

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Compiles the one native module that n8n does not bring along; its own script would fetch it from GitHub. With SQLite's headers in 15 seconds, else with its source in 100. */
async function compileSqlite(): Promise<void> {
  const cwd = join(app, "node_modules/sqlite3");
  if (await isThere(join(cwd, "build/Release/node_sqlite3.node"))) return;
  const headers = `--nodedir=${dirname(dirname(process.execPath))}`;
  const system = (await isThere("/usr/include/sqlite3.h")) ? ["--sqlite=/usr"] : [];
  const gyp = join(app, "node_modules/node-gyp/bin/node-gyp.js");
  await run(process.execPath, [gyp, "rebuild", headers, ...system], { cwd, maxBuffer: 1 << 26 });
}

/** Runs `n8n-node`, n8n's tool for packages of nodes, in the package's folder. */
export async function runTool(command: "build" | "lint"): Promise<string> {
  const tool = join(packageFolder, "node_modules/@n8n/node-cli/bin/n8n-node.mjs");
  const { stdout } = await run(process.execPath, [tool, command], { cwd: packageFolder, env: environment() });
  return stdout;
}

/** Installs n8n (2.8 GB) and the node's tools (0.7 GB) unless exactly these are installed, and builds the node. */
export async function setup(): Promise<void> {
  await installFolder(app);
  await compileSqlite();
  await installFolder(packageFolder);
  await runTool("build");
}
