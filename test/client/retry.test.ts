import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeApi, type FakeHandler, fine, lost, problem } from "../support/fake-api.ts";

const image = Uint8Array.of(1, 2, 3);

const page =
  (status: number): FakeHandler =>
  () =>
    new Response("<h1>no</h1>", { status });

const broken: FakeHandler = () =>
  new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) }));

const mebibyte = new Uint8Array(2 ** 20);
const endless = (status: number): Response =>
  new Response(new ReadableStream({ pull: (controller) => controller.enqueue(mebibyte) }), {
    status,
    headers: { "content-type": "application/json" },
  });

/** A handler that never answers; `reached` resolves at its first request. */
function hanging() {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const answer: FakeHandler = ({ signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(new TypeError("aborted")));
      resolve();
    });
  return { answer, reached };
}

/** Resolves with the outcome of a call: `ok`, or the code of the error. */
async function outcomeOf(call: PromiseLike<unknown>): Promise<unknown> {
  return call.then(
    () => "ok",
    (thrown: unknown) => (thrown instanceof Error && "code" in thrown ? thrown.code : thrown),
  );
}

describe("a call is retried", () => {
  it.each<[string, FakeHandler, string]>([
    ["a lost connection", lost, "connection-failed"],
    ["a busy server", problem("overloaded", 503, true), "overloaded"],
    ["a backend that failed", problem("backend-failed", 502, true), "backend-failed"],
    ["a broken server", problem("internal", 500, true), "internal"],
    ["a slow image server", problem("image-url-timeout", 424, true), "image-url-timeout"],
    ["an HTML page of a gateway", page(502), "invalid-response"],
    ["a rate limit of a gateway", page(429), "invalid-response"],
    ["an unavailable gateway", page(503), "invalid-response"],
    ["an endless page of a gateway", () => endless(502), "invalid-response"],
  ])("twice after %s", async (_, answer, code) => {
    const failing = fakeApi([answer]);
    expect(await outcomeOf(failing.florence.caption(image))).toBe(code);
    expect(failing.seen).toHaveLength(3);
    const recovering = fakeApi([answer, fine]);
    expect(await recovering.florence.caption(image)).toMatchObject({ text: "a truck" });
    expect(recovering.seen.map(({ body }) => [...body])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it.each<[string, FakeHandler, string]>([
    ["an invalid request", problem("invalid-request", 400, false), "invalid-request"],
    ["an unknown task", problem("unknown-task", 404, false), "unknown-task"],
    ["a cache miss of only-if-cached", problem("not-cached", 504, false), "not-cached"],
    ["a page that is not of the API", page(404), "invalid-response"],
    ["a redirect", page(301), "invalid-response"],
    [
      "a page under status 200",
      () => new Response("<h1>", { headers: { "content-type": "text/html" } }),
      "invalid-response",
    ],
    ["an answer that is not an object", () => Response.json("<svg/>"), "invalid-response"],
    ["an endless answer", () => endless(200), "invalid-response"],
    [
      "an answer that is not JSON",
      () => new Response("{", { headers: { "content-type": "application/json" } }),
      "invalid-response",
    ],
  ])("never after %s", async (_, answer, code) => {
    const { florence, seen } = fakeApi([answer, fine]);
    expect(await outcomeOf(florence.caption(image))).toBe(code);
    expect(seen).toHaveLength(1);
  });

  it("at most maxRetries times", async () => {
    for (const maxRetries of [0, 1, 10]) {
      const { florence, seen } = fakeApi([lost], { maxRetries });
      await outcomeOf(florence.caption(image));
      await outcomeOf(florence.caption(image, { maxRetries: 0 }));
      expect(seen).toHaveLength(maxRetries + 2);
    }
  });

  it.each([-1, 0.5, 11, Number.NaN])("but not with maxRetries %d", async (maxRetries) => {
    const { florence, seen } = fakeApi([fine]);
    expect(await outcomeOf(florence.caption(image, { maxRetries }))).toBe("invalid-request");
    expect(seen).toHaveLength(0);
  });

  it("after an incomplete body", async () => {
    const { florence, seen } = fakeApi([broken, fine]);
    expect(await outcomeOf(florence.caption(image))).toBe("ok");
    expect(seen).toHaveLength(2);
  });
});

describe("Retry-After", () => {
  it("is waited for, in seconds or as a date, with jitter after it", async () => {
    const busy = problem("overloaded", 503, true, { "retry-after": "3" });
    const { florence, clock } = fakeApi([busy, fine]);
    await florence.caption(image);
    expect(clock.slept).toEqual([3050]);
    const date = problem("overloaded", 503, true, { "retry-after": new Date(clock.now() + 2000).toUTCString() });
    const dated = fakeApi([date, fine], { now: clock.now, sleep: clock.sleep });
    await dated.florence.caption(image);
    expect(clock.slept.at(-1)).toBeGreaterThan(1000);
    expect(clock.slept.at(-1)).toBeLessThanOrEqual(2050);
  });

  it("beyond the timeout ends the call at once, and is reported in the error", async () => {
    const { florence, seen, clock } = fakeApi([problem("overloaded", 503, true, { "retry-after": "61" })]);
    await expect(florence.caption(image)).rejects.toMatchObject({
      code: "overloaded",
      status: 503,
      retryable: true,
      retryAfterSeconds: 61,
    });
    expect([seen.length, clock.slept.length]).toEqual([1, 0]);
  });
});

describe("attempts", () => {
  const failure = fc.oneof(
    fc.constant({ seconds: 0, answer: lost }),
    fc.nat({ max: 2 }).map((seconds) => ({
      seconds,
      answer: problem("overloaded", 503, true, { "retry-after": String(seconds) }),
    })),
  );
  const anySettings = fc.record({
    failures: fc.array(failure, { maxLength: 12 }),
    maxRetries: fc.nat({ max: 10 }),
    timeoutMs: fc.integer({ min: 5000, max: 20_000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  it("are at most as many as allowed, with no delay below Retry-After and none beyond the timeout", async () => {
    await fc.assert(
      fc.asyncProperty(anySettings, async ({ failures, random, ...settings }) => {
        const answers = [...failures.map(({ answer }) => answer), fine];
        const { florence, seen, clock } = fakeApi(answers, { ...settings, random: () => random });
        const outcome = await outcomeOf(florence.caption(image));
        expect(seen.length).toBeLessThanOrEqual(settings.maxRetries + 1);
        expect(outcome === "ok").toBe(seen.length === failures.length + 1);
        expect(clock.slept).toHaveLength(seen.length - 1);
        clock.slept.forEach((delay, at) => {
          const minimum = (failures[at]?.seconds ?? 0) * 1000;
          expect(delay).toBeGreaterThanOrEqual(minimum);
          expect(delay).toBeLessThanOrEqual(minimum + 2000);
        });
        const waited = clock.slept.reduce((sum, delay) => sum + delay, 0);
        expect(waited).toBeLessThan(settings.timeoutMs);
      }),
    );
  });
});

describe("a call", () => {
  it("is aborted by its signal: before it starts, while it waits, between attempts", async () => {
    const early = fakeApi([fine]);
    expect(await outcomeOf(early.florence.caption(image, { signal: AbortSignal.abort("enough") }))).toBe("aborted");
    expect(early.seen).toHaveLength(0);

    const caller = new AbortController();
    const { answer, reached } = hanging();
    const waiting = fakeApi([answer]);
    const outcome = outcomeOf(waiting.florence.caption(image, { signal: caller.signal }));
    await reached;
    caller.abort();
    expect(await outcome).toBe("aborted");
    expect(waiting.seen.map(({ signal }) => signal?.aborted)).toEqual([true]);

    const aborting = new AbortController();
    const between = fakeApi([lost], { sleep: async (_, signal) => (signal.aborted ? undefined : aborting.abort()) });
    expect(await outcomeOf(between.florence.caption(image, { signal: aborting.signal }))).toBe("aborted");
  });

  it("times out after timeoutMs, and closes the connection", async () => {
    const timeout = Promise.withResolvers<void>();
    const { answer, reached } = hanging();
    const { florence, seen } = fakeApi([answer], { timeoutMs: 6000, sleep: () => timeout.promise });
    const outcome = outcomeOf(florence.caption(image));
    await reached;
    timeout.resolve();
    expect(await outcome).toBe("timeout");
    expect(seen.map(({ signal }) => signal?.aborted)).toEqual([true]);
  });

  it.each([0, -1, 1.5, 2 ** 31, Infinity, Number.NaN])("rejects timeoutMs %d", async (timeoutMs) => {
    expect(await outcomeOf(fakeApi([fine]).florence.caption(image, { timeoutMs }))).toBe("invalid-request");
  });
});
