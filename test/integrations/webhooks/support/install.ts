import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { installFolder } from "../../install.ts";

const here = join(import.meta.dirname, "..");

/** The program of the receiver in Go. */
export const goReceiver = join(here, ".go/receiver");

/** Installs the libraries of the receivers unless exactly these are installed, and builds the one in Go, whose versions are those of `go.sum`. */
export const setup = async (): Promise<void> => {
  await installFolder(here);
  await promisify(execFile)("go", ["build", "-o", goReceiver, "."], { cwd: join(here, "support/go") });
};
