import { describe, expect, it } from "vitest";
import { eventStream, type EventProducer, HEARTBEAT_MS } from "../../src/http/event-stream.ts";
import { nextTask } from "../support/tiny-backend.ts";

const event = (text: string) => ({ type: "word", text });
type TestEvent = ReturnType<typeof event>;

/** A stream with a producer and a timer that the test controls. */
function manualStream() {
  const producer = Promise.withResolvers<{
    readonly emit: Parameters<EventProducer<TestEvent>>[0];
    readonly signal: AbortSignal;
  }>();
  const end = Promise.withResolvers<void>();
  const sleeps: number[] = [];
  const timer: { fire?: () => void } = {};
  const caller = new AbortController();
  const body = eventStream<TestEvent>(
    (emit, signal) => {
      producer.resolve({ emit, signal });
      return end.promise;
    },
    {
      signal: caller.signal,
      sleep: (milliseconds, signal) => {
        sleeps.push(milliseconds);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => reject(new Error("woken")));
        timer.fire = resolve;
        return promise;
      },
      nameOf: ({ type }) => type,
      fail: (thrown) => event(String(thrown)),
    },
  );
  const beat = async (): Promise<void> => {
    timer.fire?.();
    await nextTask();
  };
  return { body, producer: producer.promise, finish: end.resolve, fail: end.reject, beat, sleeps, caller };
}

const textOf = (body: ReadableStream<Uint8Array>) => new Response(body).text();

describe("a stream of events", () => {
  it("starts with the first event, and ends when the producer resolves", async () => {
    const { body, producer, finish } = manualStream();
    const { emit } = await producer;
    emit(event("one\nline"));
    const begun = await body;
    emit(event("two"));
    finish();
    expect(await textOf(begun)).toBe(
      'event: word\ndata: {"type":"word","text":"one\\nline"}\n\nevent: word\ndata: {"type":"word","text":"two"}\n\n',
    );
  });

  it("rejects if the producer fails before the first event", async () => {
    const { body, fail } = manualStream();
    const failure = new Error("no model");
    fail(failure);
    await expect(body).rejects.toBe(failure);
  });

  it("ends with an error event if the producer fails later", async () => {
    const { body, producer, fail } = manualStream();
    (await producer).emit(event("one"));
    fail("broken");
    expect(await textOf(await body)).toMatch(/"one"\}\n\nevent: word\ndata: \{"type":"word","text":"broken"\}\n\n$/u);
  });

  it("sends heartbeats while there is no event, and starts with the first one", async () => {
    const { body, beat, finish, sleeps } = manualStream();
    await beat();
    const begun = await body;
    await beat();
    finish();
    expect(await textOf(begun)).toBe(": waiting\n\n: waiting\n\n");
    expect(sleeps).toEqual([HEARTBEAT_MS, HEARTBEAT_MS, HEARTBEAT_MS]);
  });

  it("ends with an error event if it started with a heartbeat", async () => {
    const { body, beat, fail } = manualStream();
    await beat();
    fail("late");
    expect(await textOf(await body)).toContain('"late"');
  });

  it("aborts the producer and sends nothing more after the reader cancels", async () => {
    const { body, producer, beat, finish, sleeps } = manualStream();
    const { emit, signal } = await producer;
    emit(event("one"));
    await (await body).cancel();
    expect(signal.aborted).toBe(true);
    emit(event("two"));
    finish();
    await beat();
    expect(sleeps).toHaveLength(1);
  });

  it("works without names and heartbeats", async () => {
    const { signal } = new AbortController();
    const body = eventStream<number>(async (emit) => emit(7), { signal, fail: () => 0 });
    expect(await textOf(await body)).toBe("data: 7\n\n");
  });

  it("aborts the producer when the caller goes away", async () => {
    const { producer, caller } = manualStream();
    caller.abort();
    expect((await producer).signal.aborted).toBe(true);
  });

  it("is empty if the producer emits nothing", async () => {
    const { body, finish } = manualStream();
    finish();
    expect(await textOf(await body)).toBe("");
  });
});
