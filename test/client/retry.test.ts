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

/** An API that never answers; `reached` resolves once it is asked. */
function hanging() {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const answer: FakeHandler = ({ signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(new TypeError("aborted")));
      resolve();
    });
  return { answer, reached };
}

/** How a call ends: `ok`, or the error's code. */
async function outcomeOf(call: PromiseLike<unknown>): Promise<unknown> {
  return call.then(
    () => "ok",
    (thrown: unknown) => (thrown instanceof Error && "code" in thrown ? thrown.code : thrown),
  );
}

describe("a call is tried again", () => {
  it.each<[string, FakeHandler, string]>([
    ["a lost connection", lost, "connection-failed"],
    ["a busy server", problem("overloaded", 503, true), "overloaded"],
    ["a backend that failed", problem("backend-failed", 502, true), "backend-failed"],
    ["a broken server", problem("internal", 500, true), "internal"],
    ["an image's slow server", problem("image-url-timeout", 424, true), "image-url-timeout"],
    ["a gateway's page", page(502), "invalid-response"],
    ["a gateway's limit", page(429), "invalid-response"],
    ["a gateway that closes", page(503), "invalid-response"],
    ["a gateway's page without end", () => endless(502), "invalid-response"],
  ])("twice after %s", async (_, answer, code) => {
    const failing = fakeApi([answer]);
    expect(await outcomeOf(failing.florence.caption(image))).toBe(code);
    expect(failing.seen).toHaveLength(3);
    const mended = fakeApi([answer, fine]);
    expect(await mended.florence.caption(image)).toMatchObject({ text: "a truck" });
    expect(mended.seen.map(({ body }) => [...body])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it.each<[string, FakeHandler, string]>([
    ["a mistake", problem("invalid-request", 400, false), "invalid-request"],
    ["an unknown task", problem("unknown-task", 404, false), "unknown-task"],
    ["what is not in the cache", problem("not-cached", 504, false), "not-cached"],
    ["a page that is no API", page(404), "invalid-response"],
    ["a redirect", page(301), "invalid-response"],
    [
      "a page under status 200",
      () => new Response("<h1>", { headers: { "content-type": "text/html" } }),
      "invalid-response",
    ],
    ["an answer that is no object", () => Response.json("<svg/>"), "invalid-response"],
    ["an answer without end", () => endless(200), "invalid-response"],
    [
      "an answer that is no JSON",
      () => new Response("{", { headers: { "content-type": "application/json" } }),
      "invalid-response",
    ],
  ])("never after %s", async (_, answer, code) => {
    const { florence, seen } = fakeApi([answer, fine]);
    expect(await outcomeOf(florence.caption(image))).toBe(code);
    expect(seen).toHaveLength(1);
  });

  it("as often as it is told", async () => {
    for (const maxRetries of [0, 1, 10]) {
      const { florence, seen } = fakeApi([lost], { maxRetries });
      await outcomeOf(florence.caption(image));
      await outcomeOf(florence.caption(image, { maxRetries: 0 }));
      expect(seen).toHaveLength(maxRetries + 2);
    }
  });

  it.each([-1, 0.5, 11, Number.NaN])("but not %d times", async (maxRetries) => {
    const { florence, seen } = fakeApi([fine]);
    expect(await outcomeOf(florence.caption(image, { maxRetries }))).toBe("invalid-request");
    expect(seen).toHaveLength(0);
  });

  it("after a body that broke off", async () => {
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

  it("that outlasts the call ends it at once, and says how long", async () => {
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

describe("however attempts end", () => {
  const failure = fc.oneof(
    fc.constant({ seconds: 0, answer: lost }),
    fc.nat({ max: 2 }).map((seconds) => ({
      seconds,
      answer: problem("overloaded", 503, true, { "retry-after": String(seconds) }),
    })),
  );
  const asked = fc.record({
    failures: fc.array(failure, { maxLength: 12 }),
    maxRetries: fc.nat({ max: 10 }),
    timeoutMs: fc.integer({ min: 5000, max: 20_000 }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  it("there are no more of them than allowed, no pause is shorter than was asked for, and none outlasts the call", async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ failures, random, ...settings }) => {
        const answers = [...failures.map(({ answer }) => answer), fine];
        const { florence, seen, clock } = fakeApi(answers, { ...settings, random: () => random });
        const outcome = await outcomeOf(florence.caption(image));
        expect(seen.length).toBeLessThanOrEqual(settings.maxRetries + 1);
        expect(outcome === "ok").toBe(seen.length === failures.length + 1);
        expect(clock.slept).toHaveLength(seen.length - 1);
        clock.slept.forEach((pause, at) => {
          const least = (failures[at]?.seconds ?? 0) * 1000;
          expect(pause).toBeGreaterThanOrEqual(least);
          expect(pause).toBeLessThanOrEqual(least + 2000);
        });
        const waited = clock.slept.reduce((sum, pause) => sum + pause, 0);
        expect(waited).toBeLessThan(settings.timeoutMs);
      }),
    );
  });
});

describe("a call that is ended", () => {
  it("by its own signal is aborted: before it begins, while it waits, between attempts", async () => {
    const early = fakeApi([fine]);
    expect(await outcomeOf(early.florence.caption(image, { signal: AbortSignal.abort("enough") }))).toBe("aborted");
    expect(early.seen).toHaveLength(0);

    const caller = new AbortController();
    const { answer, reached } = hanging();
    const waiting = fakeApi([answer]);
    const asked = outcomeOf(waiting.florence.caption(image, { signal: caller.signal }));
    await reached;
    caller.abort();
    expect(await asked).toBe("aborted");
    expect(waiting.seen.map(({ signal }) => signal?.aborted)).toEqual([true]);

    const leaving = new AbortController();
    const between = fakeApi([lost], { sleep: async (_, signal) => (signal.aborted ? undefined : leaving.abort()) });
    expect(await outcomeOf(between.florence.caption(image, { signal: leaving.signal }))).toBe("aborted");
  });

  it("by its time is timed out, and lets go of the connection", async () => {
    const over = Promise.withResolvers<void>();
    const { answer, reached } = hanging();
    const { florence, seen } = fakeApi([answer], { timeoutMs: 6000, sleep: () => over.promise });
    const asked = outcomeOf(florence.caption(image));
    await reached;
    over.resolve();
    expect(await asked).toBe("timeout");
    expect(seen.map(({ signal }) => signal?.aborted)).toEqual([true]);
  });

  it.each([0, -1, 1.5, 2 ** 31, Infinity, Number.NaN])("cannot have %d ms", async (timeoutMs) => {
    expect(await outcomeOf(fakeApi([fine]).florence.caption(image, { timeoutMs }))).toBe("invalid-request");
  });
});
