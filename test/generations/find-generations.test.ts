import { describe, expect, it } from "vitest";
import type { CacheDirectives } from "../../src/contract/service.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { GenerationsRequest } from "../../src/generations/request.ts";
import { fakeBackend } from "../support/fake-backend.ts";
import { callWith } from "../support/calls.ts";
import { fakeStore } from "../support/fake-store.ts";
import { nextTask } from "../support/tiny-backend.ts";

const question: GenerationsRequest = {
  image: { bytes: Uint8Array.of(1), format: "png", width: 1, height: 1, digest: "d1" },
  prompts: ["one"],
  decoding: {},
};

/** Generations over a backend that can be down, and a store that several isolates may share. */
function generations({ salt = "", revision = "1", store = fakeStore() } = {}) {
  const { backend, asked } = fakeBackend({ text: "<s>a cat</s>" });
  let clock = 0;
  let failure: Problem | undefined;
  const find = createCachedGenerations({
    backend: {
      ...backend,
      generate: async function* (request, signal) {
        await nextTask();
        if (failure !== undefined) throw failure;
        yield* backend.generate(request, signal);
      },
      model: async () => {
        if (failure !== undefined) throw failure;
        return { ...(await backend.model()), revision };
      },
    },
    stores: [store.store],
    ttlSeconds: 60,
    memoryBytes: 1000,
    salt,
    waitUntil: () => {},
    now: () => clock,
    sleep: nextTask,
  });
  const ask = async (cache: Partial<CacheDirectives> = {}, changes: Partial<GenerationsRequest> = {}) =>
    (await find({ ...question, ...changes }, callWith(cache))).cache;
  return {
    ask,
    asked,
    store,
    find,
    pass: (seconds: number) => void (clock += seconds * 1000),
    fail: (code: "backend-unavailable" | "image-corrupt") => void (failure = new Problem(code, "")),
  };
}

const hit = { hit: true, fwd: undefined, stored: false, collapsed: false, stale: false };
const miss = { hit: false, fwd: "miss", stored: true, collapsed: false, stale: false };

describe("what was written", () => {
  it("is written once, and has its age", async () => {
    const { ask, asked, pass } = generations();
    expect(await ask()).toMatchObject(miss);
    pass(7);
    expect(await ask()).toEqual({ ...hit, age: 7 });
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Partial<GenerationsRequest>]>([
    ["another image", { image: { ...question.image, digest: "d2" } }],
    ["another prompt", { prompts: ["two"] }],
    ["other settings", { decoding: { beams: 3 } }],
  ])("is not that for %s", async (_, changes) => {
    const { ask } = generations();
    await ask();
    expect(await ask({}, changes)).toMatchObject(miss);
  });

  it("is found by another isolate, but not with another model or another salt", async () => {
    const { ask, store } = generations();
    await ask();
    await nextTask();
    expect(await generations({ store }).ask()).toMatchObject(hit);
    expect(await generations({ store, revision: "2" }).ask()).toMatchObject(miss);
    expect(await generations({ store, salt: "other" }).ask()).toMatchObject(miss);
  });

  it("is asked for once where a question has a prompt twice", async () => {
    const { asked, find } = generations();
    const { generations: found } = await find({ ...question, prompts: ["one", "two", "one"] }, callWith());
    expect(found).toHaveLength(3);
    expect(asked.map(({ prompts }) => prompts)).toEqual([["one", "two"]]);
  });

  it("is looked up for each prompt, and only the rest is asked for", async () => {
    const { ask, asked, find } = generations();
    await ask({}, { prompts: ["two"] });
    expect(await ask({}, { prompts: ["one", "two", "three"] })).toMatchObject(miss);
    expect(asked.map(({ prompts }) => prompts)).toEqual([["two"], ["one", "three"]]);
    const { generations: found } = await find({ ...question, prompts: ["one", "two", "three"] }, callWith());
    expect(found).toHaveLength(3);
  });
});

describe("a caller may say", () => {
  it("no-store: nothing is read, nothing kept", async () => {
    const { ask, asked, store } = generations();
    await ask();
    expect(await ask({ noStore: true })).toMatchObject({ hit: false, fwd: "request", stored: false });
    expect(asked).toHaveLength(2);
    const other = generations();
    await other.ask({ noStore: true });
    await nextTask();
    expect(other.store.entries.size).toBe(0);
    expect(store.entries.size).toBe(1);
  });

  it("no-cache: it is made anew, and kept", async () => {
    const { ask, pass } = generations();
    await ask();
    pass(5);
    expect(await ask({ noCache: true })).toMatchObject({ hit: false, fwd: "request", stored: true });
    expect(await ask()).toEqual({ ...hit, age: 0 });
  });

  it("max-age: what is older is made anew", async () => {
    const { ask, pass } = generations();
    await ask();
    pass(10);
    expect(await ask({ maxAge: 10 })).toMatchObject(hit);
    expect(await ask({ maxAge: 9 })).toMatchObject({ hit: false, fwd: "stale", stored: true });
  });

  it("only-if-cached: nobody is asked", async () => {
    const { ask, asked } = generations();
    await expect(ask({ onlyIfCached: true })).rejects.toMatchObject({ code: "not-cached" });
    expect(asked).toEqual([]);
    await ask();
    expect(await ask({ onlyIfCached: true })).toMatchObject(hit);
  });
});

describe("when the backend fails", () => {
  it("what is there is still answered, for it does not grow old", async () => {
    const { ask, fail } = generations();
    await ask();
    fail("backend-unavailable");
    expect(await ask()).toMatchObject(hit);
  });

  it("what is too old for its caller is answered, and marked", async () => {
    const { ask, pass, fail } = generations();
    await ask();
    pass(100);
    fail("backend-unavailable");
    expect(await ask({ maxAge: 10 })).toEqual({ ...hit, stale: true, age: 100 });
    expect(await ask({ maxAge: 10, staleIfError: 90 })).toMatchObject({ stale: true });
    await expect(ask({ maxAge: 10, staleIfError: 89 })).rejects.toMatchObject({ code: "backend-unavailable" });
    await expect(ask({ noCache: true })).rejects.toMatchObject({ code: "backend-unavailable" });
  });

  it("what is not there is a problem, and so is what the caller did wrong", async () => {
    const { ask, pass, fail } = generations();
    await ask();
    fail("backend-unavailable");
    await expect(ask({}, { prompts: ["two"] })).rejects.toMatchObject({ code: "backend-unavailable" });
    fail("image-corrupt");
    pass(100);
    await expect(ask({ maxAge: 10 })).rejects.toMatchObject({ code: "image-corrupt" });
  });
});

describe("the time that it takes", () => {
  it("is the backend's where it is asked, with what it says of itself, and the cache's else", async () => {
    const { backend } = fakeBackend({ text: "<s>a cat</s>" });
    let clock = 0;
    const find = createCachedGenerations({
      backend: {
        ...backend,
        generate: async function* (request, signal) {
          for await (const event of backend.generate(request, signal)) {
            clock += 10;
            yield event.type === "done" ? { ...event, timings: { queue: 1, decode: clock } } : event;
          }
        },
      },
      stores: [{ ...fakeStore().store, get: async () => void (clock += 3) }],
      ttlSeconds: 60,
      memoryBytes: 1000,
      salt: "",
      waitUntil: () => {},
      now: () => clock,
      sleep: nextTask,
    });
    const two = { ...question, prompts: ["one", "two"] };
    expect((await find(two, callWith())).timings).toEqual({ cache: 6, generate: 20, queue: 1, decode: 26 });
    expect((await find(two, callWith())).timings).toEqual({ cache: 0 });
  });
});

describe("equal questions at the same time", () => {
  it("are asked once, and one of them keeps the answer", async () => {
    const { ask, asked } = generations();
    const reports = await Promise.all(Array.from({ length: 200 }, () => ask()));
    expect(asked).toHaveLength(1);
    expect(reports.filter(({ collapsed, hit: found }) => collapsed || found)).toHaveLength(199);
    expect(reports.filter(({ stored }) => stored)).toHaveLength(1);
  });

  it("that want nothing kept share nothing", async () => {
    const { ask, asked } = generations();
    await Promise.all([ask({ noStore: true }), ask({ noStore: true })]);
    expect(asked).toHaveLength(2);
  });
});
