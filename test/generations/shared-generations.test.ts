import { describe, expect, it } from "vitest";
import { createCoordinator } from "../../src/cache/coordinator.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import type { CacheDirectives } from "../../src/contract/service.ts";
import type { GenerationsRequest } from "../../src/generations/request.ts";
import { callWith } from "../support/calls.ts";
import { fakeBackend } from "../support/fake-backend.ts";

const baseRequest: GenerationsRequest = {
  image: { bytes: Uint8Array.of(1), format: "png", width: 1, height: 1, digest: "d1" },
  prompts: ["one", "two"],
  tasks: ["caption", "caption"],
  decoding: {},
};

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Isolates that share only the backend and the coordinator of each key. */
function isolates() {
  const { backend, requests } = fakeBackend({ text: "<s>a cat</s>" });
  const clock = { now: Date.now, sleep };
  const coordinators = new Map<string, ReturnType<typeof createCoordinator>>();
  let participants = 0;
  const isolate = () => {
    const find = createCachedGenerations({
      ...clock,
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
          const coordinator = coordinators.get(key) ?? createCoordinator(clock);
          coordinators.set(key, coordinator);
          return coordinator;
        },
        newParticipantId: () => `m${(participants += 1)}`,
        logFailure: (thrown) => expect.unreachable(String(thrown)),
      },
    });
    return (cache: Partial<CacheDirectives> = {}) => find(baseRequest, callWith(cache));
  };
  return { isolate, requests, coordinators };
}

describe("isolates with concurrent equal requests", () => {
  it("call the backend once, and each caches the result in its own memory", async () => {
    const { isolate, requests, coordinators } = isolates();
    const all = Array.from({ length: 4 }, isolate);
    const results = await Promise.all(Array.from({ length: 200 }, (_, index) => all[index % 4]?.()));
    expect([requests.length, coordinators.size]).toEqual([1, 1]);
    expect(new Set(results.map((each) => JSON.stringify(each?.generations)))).toHaveProperty("size", 1);
    expect(results.filter((each) => each?.cache.stored)).toHaveLength(1);
    const again = await Promise.all(all.map((send) => send()));
    expect(again.map(({ cache }) => cache.hit)).toEqual([true, true, true, true]);
  });

  it("share a result that has just completed, unless the request is no-cache", async () => {
    const { isolate, requests } = isolates();
    await isolate()();
    expect((await isolate()()).cache).toMatchObject({ fwd: "miss", collapsed: true, stored: false });
    expect((await isolate()({ noCache: true })).cache).toMatchObject({ fwd: "request", stored: true });
    expect(requests).toHaveLength(2);
  });

  it("share no result older than max-age, although another request of the same isolate accepts it", async () => {
    const { isolate, requests } = isolates();
    await isolate()();
    const send = isolate();
    const [any, noCache, maxAge] = await Promise.all([send(), send({ noCache: true }), send({ maxAge: 0 })]);
    expect(any.cache.collapsed).toBe(true);
    // Both accept only a new result, so one of them calls the backend for both: the one with the key that is hashed first.
    expect(noCache.cache.collapsed).not.toBe(maxAge.cache.collapsed);
    expect(maxAge.generations).toEqual(any.generations);
    expect(requests).toHaveLength(2);
  });

  it("share nothing with no-store", async () => {
    const { isolate, coordinators, requests } = isolates();
    await Promise.all([isolate()({ noStore: true }), isolate()({ noStore: true })]);
    expect([requests.length, coordinators.size]).toEqual([2, 0]);
  });
});
