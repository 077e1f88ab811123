import { describeFile, type Hub, type RemoteFile } from "./hub.ts";
import { openPartial, removePartial } from "./partial-file.ts";
import { FileChanged, PullError } from "./pull-error.ts";
import { retrying } from "./retries.ts";
import type { Source } from "./sources.ts";
import { transfer } from "./transfer.ts";
import type { TransferLog } from "./transfer-log.ts";

/** How often a file may change on the hub during its download: enough for one or two uploads, not for a mirror that alternates between versions. */
const MAX_CHANGES = 3;

/** A file to download. */
export interface Download {
  readonly hub: Hub;
  readonly source: Source;
  readonly remote: RemoteFile;
  /** The partial file on disk; an earlier run may have left bytes in it. */
  readonly path: string;
  readonly log: TransferLog;
}

async function downloadOnce({ hub, source, remote, path, log }: Download): Promise<RemoteFile> {
  const partial = await openPartial(path, remote);
  try {
    log.begin(remote.path, remote.size, partial.bytes());
    const { bytes } = partial;
    const attempt = () => transfer({ hub, source, remote, partial, advance: log.advance });
    if (bytes() < remote.size) await retrying({ sleep: hub.sleep, note: log.note }, attempt, bytes);
    const [{ algorithm, hex }, actual] = [remote.digest, partial.digest()];
    if (actual === hex) {
      log.end();
      return remote;
    }
    await removePartial(path);
    throw new PullError(
      `${remote.path} came with wrong bytes: expected ${algorithm} ${hex}, actual ${actual}. ` +
        "What had come is removed; run this again, and if it happens again, ask another hub (--hub).",
    );
  } finally {
    await partial.close();
  }
}

/** Requests the current description of the changed file. */
async function describeAgain({ hub, source, remote, log }: Download): Promise<RemoteFile> {
  const now = await describeFile(hub, source, remote.path);
  if (now === undefined) throw new PullError(`${remote.path} has vanished from the hub. Run this again.`);
  log.note(`${remote.path} has changed on the hub; beginning again`);
  return now;
}

/**
 * Downloads and verifies a file, resuming where an earlier run stopped; returns the description of the downloaded file. Does
 * not hold the file in memory. Throws `PullError`; the bytes downloaded so far then stay on disk, unless the digest was wrong.
 */
export async function pullFile(download: Download): Promise<RemoteFile> {
  let current = download;
  for (let changes = 0; changes <= MAX_CHANGES; changes++) {
    try {
      return await downloadOnce(current);
    } catch (error) {
      if (!(error instanceof FileChanged)) throw error;
      current = { ...download, remote: await describeAgain(download) };
    }
  }
  throw new PullError(`${download.remote.path} keeps changing on the hub: name a commit as its revision.`);
}
