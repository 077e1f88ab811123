import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { installFolder } from "../../install.ts";
import { pieceFolder } from "./piece-folder.ts";

/** Installs Activepieces' framework, and compiles the piece. */
export async function setup(): Promise<void> {
  await installFolder(pieceFolder);
  await promisify(execFile)("npm", ["run", "build"], { cwd: pieceFolder });
}
