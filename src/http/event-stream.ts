/** Milliseconds after which a silent stream says that it lives: proxies close a connection on which nothing comes, most after 60 s, some after 30. */
export const HEARTBEAT_MS = 15_000;

/** A comment, which readers of events pass over. */
const HEARTBEAT = ": waiting\n\n";

/** Resolves after so many milliseconds; rejects when the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** What a stream of server-sent events needs. */
export interface EventStreamOptions<Event> {
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  /** An event's name; left out where events have none. */
  readonly nameOf?: (event: Event) => string;
  /** What an error after the beginning is told by; also called when nobody reads it any more. */
  readonly fail: (thrown: unknown) => Event;
  /** Left out where a stream may be silent for as long as it likes. */
  readonly sleep?: Sleep;
}

/** Sends events until it resolves; `signal` is aborted once nobody reads them. */
export type EventProducer<Event> = (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>;

/** JSON has no line breaks outside its strings, and escapes them there: data are always one line. */
function written<Event>(event: Event, nameOf: EventStreamOptions<Event>["nameOf"]): string {
  const name = nameOf === undefined ? "" : `event: ${nameOf(event)}\n`;
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** Calls `beat` again and again until the signal is aborted. */
async function eachHeartbeat(beat: () => void, signal: AbortSignal, sleep: Sleep): Promise<void> {
  for (;;) {
    // Sleeping ends with an error when the signal does.
    await sleep(HEARTBEAT_MS, signal).catch(() => {});
    if (signal.aborted) return;
    beat();
  }
}

/**
 * Events as they come, from the first one on: what fails before it rejects, and so has a status of its own. But one cannot wait for ever with
 * nothing sent, so the first heartbeat begins the stream, too. Reading no further aborts the work's signal at once, also while it waits.
 * Events are not held back for a slow reader: a whole answer is less than its picture.
 */
export async function eventStream<Event>(
  work: EventProducer<Event>,
  { signal, nameOf, sleep, fail }: EventStreamOptions<Event>,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const [left, over] = [new AbortController(), new AbortController()];
  const begun = Promise.withResolvers<void>();
  let isBegun = false;
  const begin = (): void => {
    isBegun = true;
    begun.resolve();
  };
  const run = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const send = (text: string): void => {
      if (!left.signal.aborted) controller.enqueue(encoder.encode(text));
      begin();
    };
    const silent = AbortSignal.any([over.signal, left.signal]);
    if (sleep !== undefined) void eachHeartbeat(() => send(HEARTBEAT), silent, sleep);
    try {
      await work((event) => send(written(event, nameOf)), AbortSignal.any([signal, left.signal]));
    } catch (thrown) {
      if (isBegun) send(written(fail(thrown), nameOf));
      else begun.reject(thrown);
    }
    over.abort();
    begin();
    if (!left.signal.aborted) controller.close();
  };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void run(controller),
    cancel: () => left.abort(),
  });
  await begun.promise;
  return body;
}
