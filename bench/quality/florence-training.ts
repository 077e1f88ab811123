import { execFileSync } from "node:child_process";
import { root } from "../../tools/serve.ts";
import { python } from "../backend/servers.ts";

/** Runs a command of `training/`; what it prints is dropped, but for its errors. */
export function florenceTraining(...words: readonly string[]): void {
  execFileSync(python, ["-m", "florence_training", ...words], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
