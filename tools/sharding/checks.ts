import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { describeContent } from "../../src/weights/file-content.ts";
import { Manifest, MANIFEST_PATH } from "../../src/weights/shards.ts";
import { UsageError } from "../run-command.ts";

/** An id is the name of a folder, so it must not lead outside the output folder. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/u;

/** Reads the manifest of a folder; empty if there is none yet. Throws `UsageError` if the file is not a valid manifest. */
export async function readManifest(output: string): Promise<Manifest> {
  const path = join(output, MANIFEST_PATH);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return { version: 1, models: [] };
  try {
    return Manifest.parse(JSON.parse(bytes.toString()));
  } catch (error) {
    if (error instanceof z.ZodError) throw new UsageError(`${path}: ${z.prettifyError(error)}`, { cause: error });
    throw new UsageError(describeContent(path, bytes), { cause: error });
  }
}

/** Throws `UsageError` if a model cannot have this id in this folder. */
export async function checkId(output: string, id: string): Promise<void> {
  if (!ID.test(id)) throw new UsageError(`${JSON.stringify(id)} is no id: letters, digits, ".", "_" and "-" make one.`);
  const existing = await lstat(join(output, id)).catch(() => undefined);
  if (existing?.isDirectory() === false) throw new UsageError(`${join(output, id)} is a file: choose another id.`);
}

/** Throws `UsageError` if a file that the runtime needs is not in `paths`; `where` is the subject of the message. */
export function checkComplete(paths: readonly string[], where: string): void {
  const missing = Object.values(modelFiles).filter((path) => !paths.includes(path));
  if (missing.length > 0) throw new UsageError(`${where} has no ${missing.join(", ")}`);
}
