import { rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelEntry } from "../../src/weights/shards.ts";
import { checkId, readManifest } from "../sharding/checks.ts";
import { ContentError } from "../sharding/contents.ts";
import { writeModel } from "../sharding/write-model.ts";
import { freeBytes, requireSpace, requireWritable } from "./disk-space.ts";
import { describeDtypes, type Dtypes } from "./dtypes.ts";
import type { Hub, RemoteFile } from "./hub.ts";
import { locked } from "./lock.ts";
import { type ModelPlan, type PlannedFile, planModel } from "./model-plan.ts";
import { PullError } from "./pull-error.ts";
import { pullFile } from "./pull-file.ts";
import type { Source } from "./sources.ts";
import type { TransferLog } from "./transfer-log.ts";

/** The folder of downloads inside the output folder, until the model's parts are written. Ignored by git and by deployments. */
const DOWNLOADS = ".downloads";

/** The bytes of a model's files, and how many of them an earlier run has downloaded. */
export interface DownloadSize {
  readonly total: number;
  readonly downloaded: number;
}

/** Options of `pullModel`. */
export interface PullOptions {
  readonly hub: Hub;
  readonly source: Source;
  readonly dtypes: Dtypes;
  readonly id: string;
  /** The folder of the parts and the manifest. */
  readonly output: string;
  readonly log: TransferLog;
  /** Returns the bytes that may be written to a folder; by default from the file system. */
  readonly free?: (folder: string) => Promise<number>;
  /** Called with the bytes of the model, and how many of them are here already, before the first is transferred; it may throw. */
  readonly confirm?: (size: DownloadSize) => Promise<void>;
  /** Shows progress while the files are split into parts. */
  readonly whileSharding: <Result>(work: Promise<Result>) => Promise<Result>;
}

/** The result of `pullModel`. */
export interface PullResult {
  readonly model: ModelEntry;
  /** The commit that all files come from, if the hub reports it. */
  readonly commit: string | undefined;
}

/** Returns the text of `source.json` in the model's folder: the origin of each file. */
function provenance({ hub, source, dtypes }: PullOptions, files: readonly PlannedFile[]): string {
  const commit = files[0]?.remote.commit ?? null;
  const entries = files.map(({ path, remote }) => [
    path,
    { from: remote.path, bytes: remote.size, [remote.digest.algorithm]: remote.digest.hex },
  ]);
  const { repository, revision } = source;
  const dtype = describeDtypes(dtypes);
  const text = { hub: hub.url.href, repository, revision, commit, dtype, files: Object.fromEntries(entries) };
  return `${JSON.stringify(text, null, 2)}\n`;
}

const partialPath = (folder: string, { path }: RemoteFile): string => join(folder, `${path}.part`);

async function sizeOf({ files }: ModelPlan, folder: string): Promise<DownloadSize> {
  const total = files.reduce((sum, { remote }) => sum + remote.size, 0);
  const sizes = files.map(
    async ({ remote }) => (await stat(partialPath(folder, remote)).catch(() => undefined))?.size ?? 0,
  );
  const downloaded = (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
  return { total, downloaded: Math.min(downloaded, total) };
}

/** The error for files that came as the hub announced them, and are no model: a mirror made from a clone without Git LFS. */
function foreignFiles({ url }: Hub, { message }: ContentError): PullError {
  return new PullError(`${message}\n${url.host} has these files and not the model's: ask another hub (--hub).`);
}

async function download(options: PullOptions, plan: ModelPlan, folder: string): Promise<ModelEntry> {
  const { hub, id, dtypes, output, log, whileSharding, free = freeBytes, confirm } = options;
  const size = await sizeOf(plan, folder);
  // The model twice: the downloads, and the parts made from them while the old model is still on disk.
  requireSpace(output, 2 * size.total - size.downloaded, await free(output));
  await confirm?.(size);
  const downloads: PlannedFile[] = [];
  for (const { path, remote } of plan.files) {
    const to = partialPath(folder, remote);
    downloads.push({ path, remote: await pullFile({ hub, source: plan.source, remote, path: to, log }) });
  }
  const files = downloads.map(({ path, remote }) => ({ path, from: partialPath(folder, remote) }));
  const notes = { "source.json": provenance(options, downloads) };
  const work = writeModel({ id, dtype: describeDtypes(dtypes), files, output, notes });
  return whileSharding(work).catch((error: unknown) => {
    throw error instanceof ContentError ? foreignFiles(hub, error) : error;
  });
}

/** Removes a repository's downloads, and their parent folders if those are then empty. */
async function removeDownloads(output: string, repository: string): Promise<void> {
  const [owner = "", name = ""] = repository.split("/");
  await rm(join(output, DOWNLOADS, owner, name), { recursive: true });
  await rmdir(join(output, DOWNLOADS, owner)).catch(() => {});
  await rmdir(join(output, DOWNLOADS)).catch(() => {});
}

/** Says which graphs have no SHA-256 in sources.json, so that only the hub vouches for them; undefined if all have one. */
function unpinnedNote({ hub, source, id, output }: PullOptions, { files }: ModelPlan): string | undefined {
  const paths = files
    .map(({ remote }) => remote.path)
    .filter((path) => path.endsWith(".onnx") && !(path in source.sha256));
  if (paths.length === 0) return undefined;
  return (
    `Not pinned: sources.json has no SHA-256 of ${paths.join(", ")}. What ${hub.url.host} says of ${source.repository} is believed.\n` +
    `To get the same files or none from now on, write the digests of ${join(output, id, "source.json")} into sources.json.`
  );
}

/**
 * Downloads a model, verifies every file, splits it into parts and writes its entry in the manifest. An existing model with
 * this id stays until the last step. Throws `PullError` and `UsageError`; a later run resumes where this one stopped.
 */
export async function pullModel(options: PullOptions): Promise<PullResult> {
  const { hub, source, dtypes, id, output } = options;
  await checkId(output, id);
  await readManifest(output);
  await requireWritable(output);
  const plan = await planModel(hub, source, dtypes);
  const note = unpinnedNote(options, plan);
  if (note !== undefined) options.log.note(note);
  const folder = join(output, DOWNLOADS, source.repository);
  return locked(folder, async () => {
    const model = await download(options, plan, folder);
    await removeDownloads(output, source.repository);
    return { model, commit: plan.files[0]?.remote.commit };
  });
}
