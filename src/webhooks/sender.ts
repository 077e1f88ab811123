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

/** The same for a host whose last attempt has timed out, so that a few such hosts do not take all attempts. */
export const MAX_SLOW_ATTEMPTS = 1;

/** Slow hosts that are remembered. */
const MAX_SLOW_HOSTS = 1000;

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

/** Counts the attempts in progress by their hosts, and remembers which hosts are slow. */
function createHosts() {
  const active = new Map<string, number>();
  const slow = new Set<string>();
  const add = (host: string, more: 1 | -1): void => {
    const next = (active.get(host) ?? 0) + more;
    if (next === 0) active.delete(host);
    else active.set(host, next);
  };
  const limitOf = (host: string): number => (slow.has(host) ? MAX_SLOW_ATTEMPTS : MAX_HOST_ATTEMPTS);
  return {
    begun: (host: string) => add(host, 1),
    ended: (host: string, outcome: AttemptOutcome): void => {
      add(host, -1);
      slow.delete(host);
      if ("error" in outcome && outcome.error === "timeout" && slow.size < MAX_SLOW_HOSTS) slow.add(host);
    },
    count: (): number => [...active.values()].reduce((sum, each) => sum + each, 0),
    /** Hosts to which no other attempt may be made now. */
    full: (): readonly string[] => [...active].filter(([host, each]) => each >= limitOf(host)).map(([host]) => host),
  };
}

/** Creates what sends the deliveries of one owner. */
export function createSender(options: SenderOptions) {
  const { tables, now } = options;
  const hosts = createHosts();
  /** Begins the attempt that is due for longest, and stores that, so that nobody else begins it. */
  const claim = (): StoredDelivery | undefined => {
    return tables.transaction(() => {
      const due = tables.nextDue(now(), hosts.full());
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
    hosts.begun(host);
    const outcome = await attempted(row, options);
    hosts.ended(host, outcome);
    return note(row, outcome, options);
  };
  const begin = (): Promise<unknown>[] => {
    const begunNow: Promise<unknown>[] = [];
    while (hosts.count() < MAX_ATTEMPTS) {
      const row = claim();
      if (row === undefined) break;
      // The next one takes its place as soon as it has ended.
      if (row.status === "pending") begunNow.push(attempt(row).then(() => Promise.all(begin())));
    }
    return begunNow;
  };
  const nextMs = (): number | undefined => {
    const dueMs = tables.nextDueMs() ?? Infinity;
    const sendMs = dueMs <= now() && hosts.count() > 0 ? now() + BUSY_MS : dueMs;
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
