import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ModelEntry } from "../src/weights/shards.ts";
import { isConfirmed } from "./ask-user.ts";
import { here } from "./here.ts";
import type { ModelChoice } from "./model-options.ts";
import { withProgress } from "./progress.ts";
import { describeDtypes, parseDtypes } from "./pull/dtypes.ts";
import { openHub, terminalLog } from "./pull/open-hub.ts";
import { type DownloadSize, pullModel } from "./pull/pull-model.ts";
import { findSource, readSources, type Source } from "./pull/sources.ts";
import { Failure, UsageError } from "./run-command.ts";
import { readManifest } from "./sharding/checks.ts";

/** A model on this machine's disk. */
export interface LocalModel {
  readonly id: string;
  readonly dtype: string;
  /** The folder of its manifest. */
  readonly shards: string;
}

/** The dtype that is downloaded if none is named. */
const DEFAULT_DTYPE = "fp32";

/** The id of a model with this dtype, so that several dtypes of a model can be kept: `florence-2-base`, `florence-2-base-fp16`. */
function idOf(name: string, dtype: string): string {
  return dtype === DEFAULT_DTYPE ? name : `${name}-${dtype.replaceAll("=", "-").replaceAll(",", ".")}`;
}

/** Whether all parts of a model are on disk. A manifest may list what was never pulled here, since it is in git. */
async function isOnDisk(shards: string, { files }: ModelEntry): Promise<boolean> {
  const parts = files.flatMap((file) => file.parts);
  const sizes = await Promise.all(parts.map(({ path }) => stat(join(shards, path)).catch(() => undefined)));
  return parts.every(({ bytes }, index) => sizes[index]?.size === bytes);
}

async function findOnDisk(shards: string, name: string, dtype: string | undefined): Promise<LocalModel | undefined> {
  const { models } = await readManifest(shards);
  const named = models.filter((entry) => [name, idOf(name, entry.dtype)].includes(entry.id));
  const matches = named.filter((entry) => dtype === undefined || entry.dtype === dtype);
  // The model of exactly this name first, then its other dtypes.
  for (const entry of matches.toSorted((one, other) => Number(other.id === name) - Number(one.id === name))) {
    if (await isOnDisk(shards, entry)) return { id: entry.id, dtype: entry.dtype, shards };
  }
  return undefined;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** What to say before a download: how much it is, and from where. */
function describeDownload(name: string, from: string, { total, downloaded }: DownloadSize): string {
  const rest = downloaded === 0 ? gigabytes(total) : `${gigabytes(total - downloaded)} of ${gigabytes(total)}`;
  return `${name} is not on this machine yet. Download ${rest} from ${from}?`;
}

async function requireConsent(question: string): Promise<void> {
  if (await isConfirmed(question, { input: process.stdin, output: process.stderr })) return;
  throw new Failure("Nothing was downloaded.");
}

const isTerminal = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Throws `UsageError` if there is nobody to ask, before the network is used. */
function requireTerminal(name: string, { yes, shards }: ModelChoice): void {
  if (yes || isTerminal()) return;
  throw new UsageError(
    `${name} is not in ${shards}, and without a terminal nobody can be asked whether to download it. ` +
      `Add --yes to download it, or run this first: npm run pull -- ${name}`,
  );
}

async function download(name: string, dtypeText: string, source: Source, choice: ModelChoice, defaultHub: string) {
  const { shards, yes } = choice;
  const dtypes = parseDtypes(dtypeText);
  const [dtype, hub] = [describeDtypes(dtypes), openHub(choice.hub, defaultHub)];
  const from = new URL(source.repository, hub.url).href;
  await pullModel({
    hub,
    source,
    dtypes,
    id: idOf(name, dtype),
    output: shards,
    log: terminalLog,
    ...(!yes && { confirm: (size) => requireConsent(describeDownload(`${name} (${dtype})`, from, size)) }),
    whileSharding: (work) => withProgress("Cutting into parts…", work),
  });
  return { id: idOf(name, dtype), dtype, shards };
}

function requireModel({ dtype, model }: ModelChoice): void {
  if (dtype === undefined || model !== undefined) return;
  throw new UsageError("--dtype chooses an export of a model: name it, as in --model florence-2-base --dtype fp16.");
}

/** The source of a model. Throws `UsageError`, which also lists the models on disk. */
async function sourceOf(name: string, { sources: path, shards }: ModelChoice) {
  const sources = await readSources(resolve(here, path));
  if (Object.hasOwn(sources.models, name)) return { source: findSource(sources, name), hub: sources.hub };
  const onDisk = (await readManifest(shards)).models.map(({ id }) => id);
  const known = [...Object.keys(sources.models), ...onDisk.filter((id) => !Object.hasOwn(sources.models, id))];
  throw new UsageError(`There is no model ${name}: there are ${known.join(", ")}.`);
}

/**
 * Returns the chosen model, which is downloaded if it is not on disk: after a question on a terminal, or without one with `yes`. Undefined if no model
 * was named. Throws `UsageError`, and `Failure` if the user declines or the download fails.
 */
export async function prepareModel(given: ModelChoice): Promise<LocalModel | undefined> {
  requireModel(given);
  const choice = { ...given, shards: resolve(here, given.shards) };
  const { model: name, dtype } = choice;
  if (name === undefined) return undefined;
  const onDisk = await findOnDisk(choice.shards, name, dtype && describeDtypes(parseDtypes(dtype)));
  if (onDisk !== undefined) return onDisk;
  const { source, hub } = await sourceOf(name, choice);
  requireTerminal(name, choice);
  return download(name, dtype ?? DEFAULT_DTYPE, source, choice, hub);
}
