import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Manifest, MANIFEST_PATH, type ModelEntry } from "../../src/weights/shards.ts";
import { checkId, readManifest } from "./checks.ts";
import { type FileEntry, shardFile, type SourceFile } from "./parts.ts";

/** Hexadecimal digits of a revision: 64 bits tell every model apart that there will be, and it stands in every answer. */
const REVISION_DIGITS = 16;

/** A model to cut into parts. */
export interface Sharding {
  readonly id: string;
  readonly dtype: string;
  readonly files: readonly SourceFile[];
  /** Where the parts and the manifest go. */
  readonly output: string;
  /** Texts by name that are kept in the model's folder and are no part of it. */
  readonly notes?: Readonly<Record<string, string>>;
}

function modelEntry({ id, dtype }: Sharding, files: readonly FileEntry[]): ModelEntry {
  const lines = files.map((file) => `${file.sha256}  ${file.path}\n`).join("");
  const revision = createHash("sha256").update(lines).digest("hex").slice(0, REVISION_DIGITS);
  return { id, revision, dtype, files: [...files] };
}

async function stageManifest({ output }: Sharding, model: ModelEntry, path: string): Promise<void> {
  const { models, ...manifest } = await readManifest(output);
  const next = Manifest.parse({ ...manifest, models: [...models.filter((other) => other.id !== model.id), model] });
  await writeFile(path, `${JSON.stringify(next, null, 2)}\n`);
}

/** In one go, without a turn of the event loop: Ctrl+C leaves the old model or the new one, never half of each. */
function putInPlace({ id, output }: Sharding, staging: string, manifest: string): void {
  if (existsSync(join(output, id))) renameSync(join(output, id), join(staging, ".old"));
  renameSync(join(staging, id), join(output, id));
  renameSync(manifest, join(output, MANIFEST_PATH));
}

async function stage(sharding: Sharding, staging: string): Promise<ModelEntry> {
  const { id, files, notes = {} } = sharding;
  const entries: FileEntry[] = [];
  const inOrder = files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  for (const file of inOrder) entries.push(await shardFile(staging, id, file));
  for (const [name, text] of Object.entries(notes)) await writeFile(join(staging, id, name), text);
  return modelEntry(sharding, entries);
}

/**
 * Writes a model's parts and its entry in the manifest, in place of what was there under its name. They are made in a folder
 * beside the old ones; whatever happens before all of them are there, the old model stays. Holds one part in memory.
 */
export async function writeModel(sharding: Sharding): Promise<ModelEntry> {
  const { id, output } = sharding;
  await checkId(output, id);
  await mkdir(output, { recursive: true });
  const staging = await mkdtemp(join(output, ".staging-"));
  const remove = () => rmSync(staging, { recursive: true, force: true });
  // Also when the cutting is interrupted.
  process.once("exit", remove);
  try {
    const model = await stage(sharding, staging);
    const manifest = join(staging, `.${MANIFEST_PATH}`);
    await stageManifest(sharding, model, manifest);
    putInPlace(sharding, staging, manifest);
    return model;
  } finally {
    await rm(staging, { recursive: true, force: true });
    process.off("exit", remove);
  }
}

/** One line about a model that was written. */
export function summarize({ id, revision, files }: ModelEntry): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${id}: ${files.length} files, ${bytes} bytes, revision ${revision}`;
}
