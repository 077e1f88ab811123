import { execFileSync } from "node:child_process";
import { root } from "../../tools/serve.ts";
import { python } from "../backend/servers.ts";

/** Runs a command of `training/`; discards its output except stderr. */
export function florenceTraining(...words: readonly string[]): void {
  execFileSync(python, ["-m", "florence_training", ...words], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}
