import { setTimeout as sleep } from "node:timers/promises";
import type { Hub } from "./hub.ts";
import { hubUrl } from "./sources.ts";
import { createTransferLog } from "./transfer-log.ts";

/** Milliseconds without a byte after which a connection counts as dead: slow networks pause for seconds, not for half a minute. */
const STALL_MS = 30_000;

/** The log of downloads on stderr. */
export const terminalLog = createTransferLog({
  write: (text) => void process.stderr.write(text),
  columns: () => (process.stderr.isTTY ? process.stderr.columns : undefined),
  now: () => performance.now(),
});

/** An environment variable; an empty one counts as unset. */
const variable = (name: string): string | undefined => process.env[name]?.trim() || undefined;

/** Returns the hub of the command line, else that of HF_ENDPOINT, else `fallback`; with the token in HF_TOKEN. Throws `UsageError`. */
export function openHub(given: string | undefined, fallback: string): Hub {
  return {
    url: hubUrl(given ?? variable("HF_ENDPOINT") ?? fallback),
    token: variable("HF_TOKEN"),
    fetch,
    sleep: (milliseconds) => sleep(milliseconds),
    stallMs: STALL_MS,
    note: terminalLog.note,
  };
}
