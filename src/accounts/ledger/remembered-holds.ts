import type { HoldRow } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";
import { sumOf } from "./valid.ts";

/** The reads that need nothing but the holds. */
export type HoldReads = Pick<
  LedgerReads,
  "allHolds" | "holds" | "held" | "heldBy" | "deadlineOf" | "dueHolds" | "nextDeadline"
>;

/** Reads holds that are in memory; `familyOf` tells a key's family. Most accounts have a few at a time, so each read goes through all of them. */
export function createHoldReads(
  holds: () => ReadonlyMap<string, HoldRow>,
  familyOf: (keyId: string) => string | undefined,
): HoldReads {
  const all = (): readonly HoldRow[] => [...holds().values()];
  return {
    allHolds: all,
    holds: (ids) => [...new Set(ids)].flatMap((id) => holds().get(id) ?? []),
    held: () => sumOf(all()),
    heldBy: (family, withoutRequest) => {
      const own = all().filter(({ keyId }) => familyOf(keyId) === family);
      const requests = new Set(own.map(({ requestId }) => requestId));
      requests.delete(withoutRequest);
      return { amount: sumOf(own), requests: requests.size };
    },
    deadlineOf: (requestId) => {
      const own = all().filter((row) => row.requestId === requestId);
      return own.length === 0 ? undefined : Math.max(...own.map(({ deadlineMs }) => deadlineMs));
    },
    dueHolds: (nowMs, latestMs) => all().filter(({ deadlineMs }) => deadlineMs <= nowMs || deadlineMs > latestMs),
    nextDeadline: () => {
      const first = all().reduce((earliest, { deadlineMs }) => Math.min(earliest, deadlineMs), Infinity);
      return first === Infinity ? undefined : first;
    },
  };
}
