import { describe, expect, it } from "vitest";
import { eventStream, type EventProducer, HEARTBEAT_MS } from "../../src/http/event-stream.ts";
import { nextTask } from "../support/tiny-backend.ts";

const event = (text: string) => ({ type: "word", text });
type Said = ReturnType<typeof event>;

/** A stream by hand: the work's ways to speak, and sleeps that end when told to. */
function byHand() {
  const speaker = Promise.withResolvers<{
    readonly emit: Parameters<EventProducer<Said>>[0];
    readonly signal: AbortSignal;
  }>();
  const end = Promise.withResolvers<void>();
  const slept: number[] = [];
  const alarm: { ring?: () => void } = {};
  const caller = new AbortController();
  const body = eventStream<Said>(
    (emit, signal) => {
      speaker.resolve({ emit, signal });
      return end.promise;
    },
    {
      signal: caller.signal,
      sleep: (milliseconds, signal) => {
        slept.push(milliseconds);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => reject(new Error("woken")));
        alarm.ring = resolve;
        return promise;
      },
      nameOf: ({ type }) => type,
      fail: (thrown) => event(String(thrown)),
    },
  );
  const beat = async (): Promise<void> => {
    alarm.ring?.();
    await nextTask();
  };
  return { body, speaker: speaker.promise, finish: end.resolve, fail: end.reject, beat, slept, caller };
}

const textOf = (body: ReadableStream<Uint8Array>) => new Response(body).text();

describe("a stream of events", () => {
  it("begins with the first, and ends when the work does", async () => {
    const { body, speaker, finish } = byHand();
    const { emit } = await speaker;
    emit(event("one\nline"));
    const begun = await body;
    emit(event("two"));
    finish();
    expect(await textOf(begun)).toBe(
      'event: word\ndata: {"type":"word","text":"one\\nline"}\n\nevent: word\ndata: {"type":"word","text":"two"}\n\n',
    );
  });

  it("that fails before the first rejects, and so has a status of its own", async () => {
    const { body, fail } = byHand();
    const failure = new Error("no model");
    fail(failure);
    await expect(body).rejects.toBe(failure);
  });

  it("that fails later ends with an event that says so", async () => {
    const { body, speaker, fail } = byHand();
    (await speaker).emit(event("one"));
    fail("broken");
    expect(await textOf(await body)).toMatch(/"one"\}\n\nevent: word\ndata: \{"type":"word","text":"broken"\}\n\n$/u);
  });

  it("says that it lives while nothing comes, and so begins, too", async () => {
    const { body, beat, finish, slept } = byHand();
    await beat();
    const begun = await body;
    await beat();
    finish();
    expect(await textOf(begun)).toBe(": waiting\n\n: waiting\n\n");
    expect(slept).toEqual([HEARTBEAT_MS, HEARTBEAT_MS, HEARTBEAT_MS]);
  });

  it("that has begun with a heartbeat tells a failure by an event", async () => {
    const { body, beat, fail } = byHand();
    await beat();
    fail("late");
    expect(await textOf(await body)).toContain('"late"');
  });

  it("that nobody reads any more stops the work, and speaks no more", async () => {
    const { body, speaker, beat, finish, slept } = byHand();
    const { emit, signal } = await speaker;
    emit(event("one"));
    await (await body).cancel();
    expect(signal.aborted).toBe(true);
    emit(event("two"));
    finish();
    await beat();
    expect(slept).toHaveLength(1);
  });

  it("needs neither names nor heartbeats", async () => {
    const { signal } = new AbortController();
    const body = eventStream<number>(async (emit) => emit(7), { signal, fail: () => 0 });
    expect(await textOf(await body)).toBe("data: 7\n\n");
  });

  it("whose caller has gone stops the work", async () => {
    const { speaker, caller } = byHand();
    caller.abort();
    expect((await speaker).signal.aborted).toBe(true);
  });

  it("of a work that says nothing is empty", async () => {
    const { body, finish } = byHand();
    finish();
    expect(await textOf(await body)).toBe("");
  });
});
