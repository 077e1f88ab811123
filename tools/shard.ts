import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { modelFiles } from "../src/runtime/load-model.ts";
import { Manifest, MANIFEST_PATH, MAX_PART_BYTES, type ModelEntry } from "../src/runtime/shards.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";

const USAGE = "Usage: npm run shard -- <exported folder> <model id> [--dtype fp32] [--output model-shards]";

/** One run of this tool. */
interface Sharding {
  /** An exported folder, in the onnx-community layout. */
  readonly folder: string;
  readonly id: string;
  readonly dtype: string;
  /** Where the parts and the manifest go. */
  readonly output: string;
}

/** Hexadecimal digits of a revision: 64 bits tell every model apart that there will be, and it stands in every answer. */
const REVISION_DIGITS = 16;

type FileEntry = ModelEntry["files"][number];
type PartEntry = FileEntry["parts"][number];

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A file that fits into one part keeps its name, so the folder of a small model is the layout that other tools read. */
function partPath(id: string, path: string, index: number, count: number): string {
  return count === 1 ? `${id}/${path}` : `${id}/${path}.${String(index).padStart(3, "0")}`;
}

async function writePart(output: string, path: string, bytes: Uint8Array): Promise<PartEntry> {
  await mkdir(dirname(join(output, path)), { recursive: true });
  await writeFile(join(output, path), bytes);
  return { path, bytes: bytes.length, sha256: sha256(bytes) };
}

async function shardFile({ folder, id, output }: Sharding, path: string): Promise<FileEntry> {
  const bytes = await readFile(join(folder, path));
  const count = Math.ceil(bytes.length / MAX_PART_BYTES);
  const parts: PartEntry[] = [];
  for (let index = 0; index < count; index++) {
    const part = bytes.subarray(index * MAX_PART_BYTES, (index + 1) * MAX_PART_BYTES);
    parts.push(await writePart(output, partPath(id, path, index, count), part));
  }
  return { path, bytes: bytes.length, sha256: sha256(bytes), parts };
}

/** The model's files: what the runtime reads, and whatever json other tools read beside it. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  const found = entries.filter((path) => path.endsWith(".onnx") || path.endsWith(".json")).toSorted();
  const missing = Object.values(modelFiles).filter((path) => !found.includes(path));
  if (missing.length > 0) throw new UsageError(`${folder} has no ${missing.join(", ")}`);
  return found;
}

async function readManifest(output: string): Promise<Manifest> {
  const text = await readFile(join(output, MANIFEST_PATH), "utf8").catch(() => undefined);
  return text === undefined ? { version: 1, models: [] } : Manifest.parse(JSON.parse(text));
}

/** Writes the parts into a folder beside the old ones, and puts them in their place when all are there. */
async function replaceParts(sharding: Sharding, paths: readonly string[]): Promise<readonly FileEntry[]> {
  const { id, output } = sharding;
  const staging = await mkdtemp(join(output, ".staging-"));
  try {
    const files: FileEntry[] = [];
    for (const path of paths) files.push(await shardFile({ ...sharding, output: staging }, path));
    await rm(join(output, id), { recursive: true, force: true });
    await rename(join(staging, id), join(output, id));
    return files;
  } finally {
    await rm(staging, { recursive: true });
  }
}

/** Writes a model's parts and its entry in the manifest, in place of what was there under its name. */
async function shard(sharding: Sharding): Promise<ModelEntry> {
  const { folder, id, dtype, output } = sharding;
  const paths = await listFiles(folder);
  const manifest = await readManifest(output);
  const files = await replaceParts(sharding, paths);
  const lines = files.map((file) => `${file.sha256}  ${file.path}\n`).join("");
  const revision = sha256(new TextEncoder().encode(lines)).slice(0, REVISION_DIGITS);
  const model = { id, revision, dtype, files: [...files] };
  const models = [...manifest.models.filter((other) => other.id !== id), model];
  const next = Manifest.parse({ ...manifest, models });
  await writeFile(join(output, MANIFEST_PATH), `${JSON.stringify(next, null, 2)}\n`);
  return model;
}

await runCommand(async () => {
  const { values, positionals } = readArguments(USAGE, {
    dtype: { type: "string", default: "fp32" },
    output: { type: "string", default: join(import.meta.dirname, "../model-shards") },
  });
  const [folder, id, ...others] = positionals;
  if (folder === undefined || id === undefined || others.length > 0) throw new UsageError(USAGE);
  const { revision, files } = await shard({ folder, id, ...values });
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`${id}: ${files.length} files, ${bytes} bytes, revision ${revision}`);
});
