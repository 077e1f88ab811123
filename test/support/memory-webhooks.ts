import type { WebhookFacts } from "../../src/contract/webhooks-port.ts";
import type { StoredDelivery } from "../../src/webhooks/delivery.ts";
import { hostOf } from "../../src/webhooks/sender.ts";
import type { SecretRow, WebhookTables } from "../../src/webhooks/tables.ts";

/** Webhooks in memory. A transaction that throws leaves nothing. */
export function createMemoryWebhooks() {
  let [webhooks, secrets, deliveries]: [readonly WebhookFacts[], readonly SecretRow[], readonly StoredDelivery[]] = [
    [],
    [],
    [],
  ];
  let lastSeq = 0;
  const pending = () =>
    deliveries
      .filter(({ nextMs }) => nextMs !== null)
      .toSorted((one, other) => (one.nextMs ?? 0) - (other.nextMs ?? 0));
  const endedRows = () =>
    deliveries
      .filter(({ endedMs }) => endedMs !== null)
      .toSorted((one, other) => (one.endedMs ?? 0) - (other.endedMs ?? 0));
  const tables: WebhookTables = {
    webhooks: () => webhooks,
    putWebhook: (row) => {
      const isKnown = webhooks.some(({ id }) => id === row.id);
      webhooks = isKnown ? webhooks.map((each) => (each.id === row.id ? row : each)) : [...webhooks, row];
    },
    removeWebhook: (id) => void (webhooks = webhooks.filter((each) => each.id !== id)),
    secrets: () => secrets,
    putSecrets: (rows) => void (secrets = rows),
    add: (row) => {
      const same = deliveries.find(({ id, url }) => id === row.id && url === row.url);
      if (same !== undefined) return same;
      lastSeq += 1;
      const stored = { ...row, seq: lastSeq };
      deliveries = [...deliveries, stored];
      return stored;
    },
    find: (seq) => deliveries.find((each) => each.seq === seq),
    put: (row) => void (deliveries = deliveries.map((each) => (each.seq === row.seq ? row : each))),
    nextDue: (nowMs, notTo) =>
      pending().find(({ nextMs, url }) => (nextMs ?? Infinity) <= nowMs && !notTo.includes(hostOf(url))),
    nextDueMs: () => pending()[0]?.nextMs ?? undefined,
    page: ({ job, limit, before = Infinity }) =>
      deliveries
        .filter((each) => each.seq < before && (job === undefined || each.job === job))
        .toReversed()
        .slice(0, limit),
    firstEndMs: () => endedRows()[0]?.endedMs ?? undefined,
    purge: (untilMs, atMost) => {
      const old = endedRows().filter(({ endedMs }) => (endedMs ?? Infinity) <= untilMs);
      const removed = new Set(old.slice(0, atMost).map(({ seq }) => seq));
      deliveries = deliveries.filter(({ seq }) => !removed.has(seq));
    },
    transaction: (work) => {
      const before = [webhooks, secrets, deliveries] as const;
      try {
        return work();
      } catch (thrown) {
        [webhooks, secrets, deliveries] = before;
        throw thrown;
      }
    },
  };
  return { tables, all: () => deliveries };
}
