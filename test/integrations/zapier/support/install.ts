import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { installFolder } from "../../install.ts";
import { appFolder } from "./app-folder.ts";

/** Installs what the app needs, Zapier's own packages, and compiles it. */
export async function setup(): Promise<void> {
  await installFolder(appFolder);
  await promisify(execFile)("npm", ["run", "build"], { cwd: appFolder });
}
