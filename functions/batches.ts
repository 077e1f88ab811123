import { env } from "cloudflare:workers";
import type { BatchBook } from "../src/batches/book-port.ts";
import { createBatches } from "../src/batches/create-batches.ts";
import type { BatchMessage } from "../src/batches/live-book.ts";
import { runChunk } from "../src/batches/run-chunk.ts";
import type { BatchStorage } from "../src/batches/storage.ts";
import type { Batches } from "../src/contract/batches-port.ts";
import { Problem } from "../src/contract/problems.ts";
import { batchStorage } from "./batch-storage.ts";
import type { JobBindings } from "./job-bindings.ts";
import type { ConsumerOptions } from "./jobs.ts";
import { randomBytes } from "./random.ts";

const bindings: Env & JobBindings = env;

function bookAt(name: string): BatchBook {
  const { BATCH_BOOKS } = bindings;
  return BATCH_BOOKS.get(BATCH_BOOKS.idFromName(name));
}

function storage(): BatchStorage {
  const { JOB_FILES } = bindings;
  if (JOB_FILES !== undefined) return batchStorage(JOB_FILES);
  throw new Problem("batches-unavailable", "This deployment has no bucket for batches.");
}

/** The files and batches of this deployment. */
export function batches(): Batches {
  return createBatches({ bookAt, storage: storage(), random: randomBytes });
}

function every(milliseconds: number, run: () => void): () => void {
  const timer = setInterval(run, milliseconds);
  return () => clearInterval(timer);
}

function logFailure(thrown: unknown, line: string): void {
  console.error(`A line of a batch failed, ${line}:`, thrown);
}

/** Works on the chunks of some messages. A message whose book did not reply comes again; all others are done, since the book sends what is to come. */
export async function consumeBatches(
  { messages }: MessageBatch<BatchMessage>,
  { handleRequest, ownCalls, concurrency }: ConsumerOptions,
): Promise<void> {
  const run = async (message: Message<BatchMessage>): Promise<void> => {
    const { book, ...chunk } = message.body;
    try {
      await runChunk(chunk, {
        book: bookAt(book),
        storage: storage(),
        concurrency,
        every,
        logFailure,
        ask: (request, payer) =>
          handleRequest(ownCalls.mark(request, { payer, priceClass: "batch", isCounted: false })),
      });
      message.ack();
    } catch (thrown) {
      console.warn(`The book of ${chunk.batch} did not reply:`, thrown);
      message.retry();
    }
  };
  await Promise.all(messages.map(run));
}

/** Messages that the queue has given up: their books send others, as long as there is something to do. */
export function logDeadBatches({ messages }: MessageBatch<BatchMessage>): void {
  for (const { body } of messages) console.warn("The queue has given up a message of a batch:", body);
}
