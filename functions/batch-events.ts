import { hasEnded, type BatchRow } from "../src/batches/batch-state.ts";
import { digitsOf } from "../src/batches/ids.ts";
import { eventTypes, type EventType } from "../src/contract/webhooks.ts";
import { batchView } from "../src/http/batch-views.ts";
import { bookOf } from "../src/jobs/ids.ts";
import type { WebhookEvent } from "../src/webhooks/delivery.ts";

function typeOf(row: BatchRow): EventType {
  const type = eventTypes.find((each) => hasEnded(row) && each === `batch.${row.status}`);
  if (type === undefined) throw new Error(`The status ${row.status} of a batch is no event.`);
  return type;
}

/** The end of a batch as its account's webhooks are told it. Its id is the batch's: told twice, it is one event. */
function batchEvent(row: BatchRow): WebhookEvent {
  return {
    id: `msg_${digitsOf(row.id)}`,
    type: typeOf(row),
    job: row.id,
    atMs: row.endedMs ?? 0,
    data: JSON.stringify(batchView(row)),
    isOwned: true,
  };
}

/** Has the end of a batch told to its account's webhooks, by the account's book of jobs. */
export async function tellBatch({ JOB_BOOKS }: Env, row: BatchRow): Promise<void> {
  const account = row.payer?.account;
  if (account === undefined) return;
  await JOB_BOOKS.get(JOB_BOOKS.idFromName(bookOf("", account))).tellEvent(batchEvent(row), null);
}
