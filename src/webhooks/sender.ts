import { KEPT_DELIVERY_SECONDS } from "../contract/webhooks.ts";
import type { SendEvent } from "./attempt.ts";
import { type AttemptOutcome, begun, ended, type StoredDelivery } from "./delivery.ts";
import { dataEventBody, jobEventBody, type ToldJob } from "./event-body.ts";
import type { WebhookSecret } from "./signature.ts";
import type { WebhookTables } from "./tables.ts";

/** Most attempts of one owner at once: each holds a connection and an event in memory. */
export const MAX_ATTEMPTS = 20;

/** Most attempts to one host at once: a receiver that never answers does not keep others from being told. */
export const MAX_HOST_ATTEMPTS = 5;

/** When due deliveries are looked at again that wait for attempts in progress, in milliseconds: the end of each attempt looks at them as well. */
const BUSY_MS = 5000;

/** Ended deliveries that are removed at once. */
const PURGE_ROWS = 500;

/** Deliveries that ended within so long are removed together, in milliseconds: each alarm is billed. */
const PURGE_GATHER_MS = 3_600_000;

const KEPT_MS = KEPT_DELIVERY_SECONDS * 1000;

/** What sends the deliveries of one owner. */
export interface SenderOptions {
  readonly tables: WebhookTables;
  readonly now: () => number;
  /** In 0..1. */
  readonly spread: () => number;
  /** Reads a job whose end is told; undefined if it is no longer there. */
  readonly read: (job: string) => Promise<ToldJob | undefined>;
  readonly secretsOf: (row: Pick<StoredDelivery, "isOwned" | "job">) => Promise<readonly WebhookSecret[]>;
  readonly send: SendEvent;
  /** Is told what was thrown; no event or secret is in it. */
  readonly logFailure: (thrown: unknown) => void;
}

/** The host of an address, whose attempts are counted. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}

async function bodyOf(row: StoredDelivery, read: SenderOptions["read"]): Promise<string | undefined> {
  const told = { type: row.type, atMs: row.createdMs };
  if (row.data !== null) return dataEventBody(told, row.data);
  const job = row.job === null ? undefined : await read(row.job);
  return job && jobEventBody(told, job);
}

/** Makes one attempt, of which nothing is stored. Never rejects. */
async function attempted(row: StoredDelivery, options: SenderOptions): Promise<AttemptOutcome> {
  try {
    const body = await bodyOf(row, options.read);
    if (body === undefined) return { error: "job-deleted" };
    return await options.send({ id: row.id, url: row.url, body, secrets: await options.secretsOf(row) });
  } catch (thrown) {
    options.logFailure(thrown);
    return { error: "not-sent" };
  }
}

/** Writes how an attempt has ended. A webhook that is gone is switched off. One that another attempt has ended stays so. */
function note(
  begunRow: StoredDelivery,
  outcome: AttemptOutcome,
  { tables, now, spread }: SenderOptions,
): StoredDelivery {
  return tables.transaction(() => {
    const row = tables.find(begunRow.seq) ?? begunRow;
    if (row.status !== "pending") return row;
    const next = ended(row, outcome, { nowMs: now(), random: spread() });
    tables.put(next);
    if (next.lastError === "gone") switchOff(next, tables, now());
    return next;
  });
}

function switchOff({ webhook }: StoredDelivery, tables: WebhookTables, nowMs: number): void {
  const found = tables.webhooks().find(({ id }) => id === webhook);
  if (found !== undefined) tables.putWebhook({ ...found, disabledMs: found.disabledMs ?? nowMs });
}

/** Creates what sends the deliveries of one owner. */
export function createSender(options: SenderOptions) {
  const { tables, now } = options;
  /** Attempts in progress, by host. */
  const active = new Map<string, number>();
  const count = (): number => [...active.values()].reduce((sum, each) => sum + each, 0);
  const add = (host: string, more: 1 | -1): void => {
    const next = (active.get(host) ?? 0) + more;
    if (next === 0) active.delete(host);
    else active.set(host, next);
  };
  /** Begins the attempt that is due for longest, and stores that, so that nobody else begins it. */
  const claim = (): StoredDelivery | undefined => {
    const full = [...active].filter(([, each]) => each >= MAX_HOST_ATTEMPTS).map(([host]) => host);
    return tables.transaction(() => {
      const due = tables.nextDue(now(), full);
      if (due === undefined) return undefined;
      const { webhook } = due;
      const isOff = webhook !== null && tables.webhooks().find(({ id }) => id === webhook)?.disabledMs !== null;
      const row = begun(due, isOff, now());
      tables.put(row);
      return row;
    });
  };
  const attempt = async (row: StoredDelivery): Promise<StoredDelivery> => {
    const host = hostOf(row.url);
    add(host, 1);
    try {
      return note(row, await attempted(row, options), options);
    } finally {
      add(host, -1);
    }
  };
  const begin = (): Promise<unknown>[] => {
    const begunNow: Promise<unknown>[] = [];
    while (count() < MAX_ATTEMPTS) {
      const row = claim();
      if (row === undefined) break;
      // The next one takes its place as soon as it has ended.
      if (row.status === "pending") begunNow.push(attempt(row).then(() => Promise.all(begin())));
    }
    return begunNow;
  };
  const nextMs = (): number | undefined => {
    const dueMs = tables.nextDueMs() ?? Infinity;
    const sendMs = dueMs <= now() && count() > 0 ? now() + BUSY_MS : dueMs;
    const nextAt = Math.min(sendMs, (tables.firstEndMs() ?? Infinity) + KEPT_MS + PURGE_GATHER_MS);
    return nextAt === Infinity ? undefined : nextAt;
  };
  return {
    /** When `round` is to be called; undefined if nothing is to be done. */
    nextMs,
    /** Sends what is due, and what becomes due of it meanwhile; removes what has ended long ago. Never rejects. */
    round: async (): Promise<void> => {
      try {
        tables.transaction(() => tables.purge(now() - KEPT_MS, PURGE_ROWS));
        await Promise.all(begin());
      } catch (thrown) {
        options.logFailure(thrown);
      }
    },
    /** Sends one delivery now, whatever else is sent. */
    attempt,
  };
}
