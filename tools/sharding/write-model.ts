import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Manifest, MANIFEST_PATH, type ModelEntry } from "../../src/weights/shards.ts";
import { checkId, readManifest } from "./checks.ts";
import { checkContents } from "./contents.ts";
import { type FileEntry, shardFile, type SourceFile } from "./parts.ts";

/** Hexadecimal digits of a revision: 64 bits make collisions improbable, and the revision is part of every answer. */
const REVISION_DIGITS = 16;

/** A model to split into parts. */
export interface Sharding {
  readonly id: string;
  readonly dtype: string;
  /** What the model can be asked about and what not; not part of its revision. */
  readonly domain?: string;
  readonly files: readonly SourceFile[];
  /** The folder of the parts and the manifest. */
  readonly output: string;
  /** Extra text files by name, stored in the model's folder but not part of the model. */
  readonly notes?: Readonly<Record<string, string>>;
}

function modelEntry({ id, dtype, domain }: Sharding, files: readonly FileEntry[]): ModelEntry {
  const lines = files.map((file) => `${file.sha256}  ${file.path}\n`).join("");
  const revision = createHash("sha256").update(lines).digest("hex").slice(0, REVISION_DIGITS);
  return { id, revision, dtype, ...(domain !== undefined && { domain }), files: [...files] };
}

async function stageManifest({ output }: Sharding, model: ModelEntry, path: string): Promise<void> {
  const { models, ...manifest } = await readManifest(output);
  const next = Manifest.parse({ ...manifest, models: [...models.filter((other) => other.id !== model.id), model] });
  await writeFile(path, `${JSON.stringify(next, null, 2)}\n`);
}

/** Replaces the old model synchronously, so that Ctrl+C leaves either the old model or the new one, never half of each. */
function replaceModel({ id, output }: Sharding, staging: string, manifest: string): void {
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
 * Writes a model's parts and its entry in the manifest, replacing a model with the same id. The parts are written to a staging
 * folder first; the old model stays until all of them are complete. Keeps one part in memory at a time. Throws `ContentError` if a
 * file is not what its name says.
 */
export async function writeModel(sharding: Sharding): Promise<ModelEntry> {
  const { id, files, output } = sharding;
  await checkId(output, id);
  await checkContents(files);
  await mkdir(output, { recursive: true });
  const staging = await mkdtemp(join(output, ".staging-"));
  const remove = () => rmSync(staging, { recursive: true, force: true });
  // Covers an interrupted run too.
  process.once("exit", remove);
  try {
    const model = await stage(sharding, staging);
    const manifest = join(staging, `.${MANIFEST_PATH}`);
    await stageManifest(sharding, model, manifest);
    replaceModel(sharding, staging, manifest);
    return model;
  } finally {
    await rm(staging, { recursive: true, force: true });
    process.off("exit", remove);
  }
}

/** Returns one line about a written model. */
export function summarize({ id, revision, files }: ModelEntry): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${id}: ${files.length} files, ${bytes} bytes, revision ${revision}`;
}
