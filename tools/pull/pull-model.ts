import { rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelEntry } from "../../src/weights/shards.ts";
import { checkId, readManifest } from "../sharding/checks.ts";
import { writeModel } from "../sharding/write-model.ts";
import { freeBytes, requireSpace } from "./disk-space.ts";
import { describeDtypes, type Dtypes } from "./dtypes.ts";
import type { Hub, RemoteFile } from "./hub.ts";
import { locked } from "./lock.ts";
import { type ModelPlan, type PlannedFile, planModel } from "./model-plan.ts";
import { pullFile } from "./pull-file.ts";
import type { Source } from "./sources.ts";
import type { TransferLog } from "./transfer-log.ts";

/** Where downloads are, in the output's folder, until the model's parts are there. Neither git nor a deployment takes them along. */
const DOWNLOADS = ".downloads";

/** One model to pull. */
export interface PullOptions {
  readonly hub: Hub;
  readonly source: Source;
  readonly dtypes: Dtypes;
  readonly id: string;
  /** Where the parts and the manifest go. */
  readonly output: string;
  readonly log: TransferLog;
  /** Bytes that may be written into a folder; the file system is asked when left out. */
  readonly free?: (folder: string) => Promise<number>;
  /** Shows that the parts are being cut. */
  readonly whileSharding: <Result>(work: Promise<Result>) => Promise<Result>;
}

/** What was pulled. */
export interface PullResult {
  readonly model: ModelEntry;
  /** The commit that all files come from, where the hub says so. */
  readonly commit: string | undefined;
}

/** The text of `source.json`, in the model's folder: where each file comes from. */
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

/** Everything must fit twice: as it comes, and as the parts that are cut from it beside the old model. */
async function checkSpace(
  { output, free = freeBytes }: PullOptions,
  { files }: ModelPlan,
  folder: string,
): Promise<void> {
  const total = files.reduce((sum, { remote }) => sum + remote.size, 0);
  const there = files.map(
    async ({ remote }) => (await stat(partialPath(folder, remote)).catch(() => undefined))?.size ?? 0,
  );
  const already = (await Promise.all(there)).reduce((sum, bytes) => sum + bytes, 0);
  requireSpace(output, 2 * total - Math.min(already, total), await free(output));
}

async function download(pulling: PullOptions, plan: ModelPlan, folder: string): Promise<ModelEntry> {
  const { hub, id, dtypes, output, log, whileSharding } = pulling;
  await checkSpace(pulling, plan, folder);
  const come: PlannedFile[] = [];
  for (const { path, remote } of plan.files) {
    const to = partialPath(folder, remote);
    come.push({ path, remote: await pullFile({ hub, source: plan.source, remote, path: to, log }) });
  }
  const files = come.map(({ path, remote }) => ({ path, from: partialPath(folder, remote) }));
  const notes = { "source.json": provenance(pulling, come) };
  return whileSharding(writeModel({ id, dtype: describeDtypes(dtypes), files, output, notes }));
}

/** Removes a repository's downloads, and the folders above them that nothing else is in. */
async function removeDownloads(output: string, repository: string): Promise<void> {
  const [owner = "", name = ""] = repository.split("/");
  await rm(join(output, DOWNLOADS, owner, name), { recursive: true });
  await rmdir(join(output, DOWNLOADS, owner)).catch(() => {});
  await rmdir(join(output, DOWNLOADS)).catch(() => {});
}

/**
 * Downloads a model, verifies every file, cuts it into parts and writes its entry in the manifest. Until the last step the
 * model that was there under the id stays. Throws `PullError` and `UsageError`; a later run goes on where this one stopped.
 */
export async function pullModel(pulling: PullOptions): Promise<PullResult> {
  const { hub, source, dtypes, id, output } = pulling;
  await checkId(output, id);
  await readManifest(output);
  const plan = await planModel(hub, source, dtypes);
  const folder = join(output, DOWNLOADS, source.repository);
  return locked(folder, async () => {
    const model = await download(pulling, plan, folder);
    await removeDownloads(output, source.repository);
    return { model, commit: plan.files[0]?.remote.commit };
  });
}
