/** Milliseconds between heartbeats: proxies close a connection on which nothing is sent, most after 60 s, some after 30 s. */
export const HEARTBEAT_MS = 15_000;

/** A comment, which event parsers ignore. */
const HEARTBEAT = ": waiting\n\n";

/** Resolves after this number of milliseconds; rejects when the signal is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Options of `eventStream`. */
export interface EventStreamOptions<Event> {
  /** Aborted when the caller disconnects. */
  readonly signal: AbortSignal;
  /** An event's name. Omitted if events have no names. */
  readonly nameOf?: (event: Event) => string;
  /** Converts an error to an event, once the stream has started; also called after the reader cancelled the stream. */
  readonly fail: (thrown: unknown) => Event;
  /** Omitted for a stream without heartbeats. */
  readonly sleep?: Sleep;
  /** The data of a last event that is no JSON; sent after a failure, too. */
  readonly end?: string | undefined;
}

/** Emits events until it resolves. `signal` is aborted when the caller disconnects or the reader cancels the stream. */
export type EventProducer<Event> = (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>;

/** Formats a server-sent event. `JSON.stringify` writes no line breaks, and escapes those in strings, so the data is always one line. */
function formatEvent<Event>(event: Event, nameOf: EventStreamOptions<Event>["nameOf"]): string {
  const name = nameOf === undefined ? "" : `event: ${nameOf(event)}\n`;
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** Calls `beat` every `HEARTBEAT_MS` until the signal is aborted. */
async function eachHeartbeat(beat: () => void, signal: AbortSignal, sleep: Sleep): Promise<void> {
  for (;;) {
    // `sleep` rejects when the signal is aborted.
    await sleep(HEARTBEAT_MS, signal).catch(() => {});
    if (signal.aborted) return;
    beat();
  }
}

/**
 * Streams events as they are emitted. The promise resolves with the first event and rejects if an error occurs before it, so that the
 * error gets its own HTTP status. The first heartbeat starts the stream too, since a connection cannot stay silent forever. If the reader
 * cancels the stream, the producer's signal is aborted at once, even while the producer waits. There is no backpressure: a whole answer is
 * smaller than its image.
 */
export async function eventStream<Event>(
  produce: EventProducer<Event>,
  { signal, nameOf, sleep, fail, end }: EventStreamOptions<Event>,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const [cancelled, ended] = [new AbortController(), new AbortController()];
  const started = Promise.withResolvers<void>();
  let isStarted = false;
  const start = (): void => {
    isStarted = true;
    started.resolve();
  };
  const run = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const send = (text: string): void => {
      if (!cancelled.signal.aborted) controller.enqueue(encoder.encode(text));
      start();
    };
    const heartbeatSignal = AbortSignal.any([ended.signal, cancelled.signal]);
    if (sleep !== undefined) void eachHeartbeat(() => send(HEARTBEAT), heartbeatSignal, sleep);
    try {
      await produce((event) => send(formatEvent(event, nameOf)), AbortSignal.any([signal, cancelled.signal]));
    } catch (thrown) {
      if (isStarted) send(formatEvent(fail(thrown), nameOf));
      else started.reject(thrown);
    }
    if (isStarted && end !== undefined) send(`data: ${end}\n\n`);
    ended.abort();
    start();
    if (!cancelled.signal.aborted) controller.close();
  };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void run(controller),
    cancel: () => cancelled.abort(),
  });
  await started.promise;
  return body;
}
