import { describe, expect, it } from "vitest";
import { createCoordinator } from "../../src/cache/coordinator.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import type { CacheDirectives } from "../../src/contract/service.ts";
import type { GenerationsRequest } from "../../src/generations/request.ts";
import { callWith } from "../support/calls.ts";
import { fakeBackend } from "../support/fake-backend.ts";

const question: GenerationsRequest = {
  image: { bytes: Uint8Array.of(1), format: "png", width: 1, height: 1, digest: "d1" },
  prompts: ["one", "two"],
  decoding: {},
};

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Isolates that share nothing but a desk for each key, and the backend. */
function isolates() {
  const { backend, asked } = fakeBackend({ text: "<s>a cat</s>" });
  const createManualClock = { now: Date.now, sleep };
  const desks = new Map<string, ReturnType<typeof createCoordinator>>();
  let members = 0;
  const isolate = () => {
    const find = createCachedGenerations({
      ...createManualClock,
      backend: {
        ...backend,
        generate: async function* (request, signal) {
          await sleep(20);
          yield* backend.generate(request, signal);
        },
      },
      stores: [],
      ttlSeconds: 60,
      memoryBytes: 10_000,
      salt: "",
      waitUntil: () => {},
      coordination: {
        coordinatorFor: (key) => {
          const desk = desks.get(key) ?? createCoordinator(createManualClock);
          desks.set(key, desk);
          return desk;
        },
        newParticipantId: () => `m${(members += 1)}`,
        logFailure: (thrown) => expect.unreachable(String(thrown)),
      },
    });
    return (cache: Partial<CacheDirectives> = {}) => find(question, callWith(cache));
  };
  return { isolate, asked, desks };
}

describe("isolates that are asked the same at the same time", () => {
  it("ask the backend once, and each keeps what was written for itself", async () => {
    const { isolate, asked, desks } = isolates();
    const all = Array.from({ length: 4 }, isolate);
    const found = await Promise.all(Array.from({ length: 200 }, (_, at) => all[at % 4]?.()));
    expect([asked.length, desks.size]).toEqual([1, 1]);
    expect(new Set(found.map((each) => JSON.stringify(each?.generations)))).toHaveProperty("size", 1);
    expect(found.filter((each) => each?.cache.stored)).toHaveLength(1);
    const again = await Promise.all(all.map((ask) => ask()));
    expect(again.map(({ cache }) => cache.hit)).toEqual([true, true, true, true]);
  });

  it("give what has just been written to the next, unless it wants it made anew", async () => {
    const { isolate, asked } = isolates();
    await isolate()();
    expect((await isolate()()).cache).toMatchObject({ fwd: "miss", collapsed: true, stored: false });
    expect((await isolate()({ noCache: true })).cache).toMatchObject({ fwd: "request", stored: true });
    expect(asked).toHaveLength(2);
  });

  it("give nobody what is older than it wants, though another of the same isolate takes it", async () => {
    const { isolate, asked } = isolates();
    await isolate()();
    const ask = isolate();
    const [any, anew, none] = await Promise.all([ask(), ask({ noCache: true }), ask({ maxAge: 0 })]);
    expect(any.cache.collapsed).toBe(true);
    // Both want what is written from now on, so one asks for both: whichever has its key first, which is hashed beside.
    expect(anew.cache.collapsed).not.toBe(none.cache.collapsed);
    expect(none.generations).toEqual(any.generations);
    expect(asked).toHaveLength(2);
  });

  it("share nothing of what is not to be kept", async () => {
    const { isolate, desks, asked } = isolates();
    await Promise.all([isolate()({ noStore: true }), isolate()({ noStore: true })]);
    expect([asked.length, desks.size]).toEqual([2, 0]);
  });
});
