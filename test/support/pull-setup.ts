import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeFile, type Hub } from "../../tools/pull/hub.ts";
import { pullFile } from "../../tools/pull/pull-file.ts";
import type { Source } from "../../tools/pull/sources.ts";
import { type MirrorFile, startMirror } from "./hub-mirror.ts";

const mini = join(import.meta.dirname, "../../model-shards/mini");

/** A file in large file storage: part of the mini model's weights. */
export const LARGE = "onnx/weights.onnx";
/** A file in git. */
export const SMALL = "config.json";

/** The size of `LARGE` in bytes: enough for several network chunks. */
export const LARGE_BYTES = 300_000;

const weights = await readFile(join(mini, "onnx/embed_tokens.onnx"));
const config = await readFile(join(mini, "config.json"));

/** The mirror's initial files, and other content that may replace them. */
export const content = {
  large: weights.subarray(0, LARGE_BYTES),
  otherLarge: weights.subarray(LARGE_BYTES, 2 * LARGE_BYTES),
  small: config,
} as const;

/** Returns the name of the content that equals these bytes, so that a failing test does not print thousands of bytes. */
function contentName(bytes: Uint8Array): string {
  const match = Object.entries(content).find(([, each]) => Buffer.compare(each, bytes) === 0);
  return match?.[0] ?? `${bytes.length} other bytes`;
}

const files: Readonly<Record<string, MirrorFile>> = {
  [LARGE]: { bytes: content.large, isLarge: true },
  [SMALL]: { bytes: content.small, isLarge: false },
};

/** A source without pinned digests. */
export const source: Source = { repository: "owner/model", revision: "main", sha256: {} };

/** Starts a mirror and creates a download folder; records the command's notes and delays. */
export async function pullSetup(changes: Partial<Pick<Hub, "token" | "stallMs">> = {}) {
  const mirror = await startMirror(files);
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-pull-"));
  const notes: string[] = [];
  const delays: number[] = [];
  const note = (text: string) => void notes.push(text);
  const hub: Hub = {
    url: mirror.url,
    token: undefined,
    fetch,
    sleep: async (milliseconds) => void delays.push(milliseconds),
    // Long enough for a busy machine.
    stallMs: 5000,
    note,
    ...changes,
  };
  const log = { begin: () => {}, advance: mirror.arrived, note, end: () => {} };
  const partial = (path: string) => join(folder, `${path}.part`);
  return {
    mirror,
    hub,
    folder,
    notes,
    delays,
    partial,
    /** Downloads one file and returns the name of its content. */
    pull: async (path: string, from: Source = source): Promise<string> => {
      const remote = await describeFile(hub, from, path);
      if (remote === undefined) throw new Error(`${path} is not there`);
      await pullFile({ hub, source: from, remote, path: partial(path), log });
      return contentName(await readFile(partial(path)));
    },
    /** The requests for file bytes so far, in their order. */
    transfers: () =>
      mirror.requests.filter(
        ({ at, method, path }) => method === "GET" && (at === "storage" || path.startsWith("/cache/")),
      ),
    close: async (): Promise<void> => {
      await mirror.stop();
      await rm(folder, { recursive: true });
    },
  };
}
