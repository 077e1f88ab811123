import { describe, expect, it } from "vitest";
import type { CacheDirectives } from "../../src/contract/service.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { GenerationsRequest } from "../../src/generations/request.ts";
import { fakeBackend } from "../support/fake-backend.ts";
import { callWith } from "../support/calls.ts";
import { fakeStore } from "../support/fake-store.ts";
import { nextTask } from "../support/tiny-backend.ts";

const baseRequest: GenerationsRequest = {
  image: { bytes: Uint8Array.of(1), format: "png", width: 1, height: 1, digest: "d1" },
  prompts: ["one"],
  tasks: ["caption"],
  decoding: {},
};

/** Cached generations with a backend that can fail, and a store that several isolates can share. */
function generations({ salt = "", revision = "1", store = fakeStore() } = {}) {
  const { backend, requests } = fakeBackend({ text: "<s>a cat</s>" });
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
  const send = async (cache: Partial<CacheDirectives> = {}, changes: Partial<GenerationsRequest> = {}) =>
    (await find({ ...baseRequest, ...changes }, callWith(cache))).cache;
  return {
    send,
    requests,
    store,
    find,
    advance: (seconds: number) => void (clock += seconds * 1000),
    fail: (code: "backend-unavailable" | "image-corrupt") => void (failure = new Problem(code, "")),
  };
}

const hit = { hit: true, fwd: undefined, stored: false, collapsed: false, stale: false };
const miss = { hit: false, fwd: "miss", stored: true, collapsed: false, stale: false };

describe("a cached generation", () => {
  it("is generated once, and reports its age", async () => {
    const { send, requests, advance } = generations();
    expect(await send()).toMatchObject(miss);
    advance(7);
    expect(await send()).toEqual({ ...hit, age: 7 });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Partial<GenerationsRequest>]>([
    ["another image", { image: { ...baseRequest.image, digest: "d2" } }],
    ["another prompt", { prompts: ["two"] }],
    ["other settings", { decoding: { beams: 3 } }],
  ])("is not a hit for %s", async (_, changes) => {
    const { send } = generations();
    await send();
    expect(await send({}, changes)).toMatchObject(miss);
  });

  it("is a hit in another isolate, but not with another model or another salt", async () => {
    const { send, store } = generations();
    await send();
    await nextTask();
    expect(await generations({ store }).send()).toMatchObject(hit);
    expect(await generations({ store, revision: "2" }).send()).toMatchObject(miss);
    expect(await generations({ store, salt: "other" }).send()).toMatchObject(miss);
  });

  it("is generated once when a request contains the prompt twice", async () => {
    const { requests, find } = generations();
    const { generations: results } = await find({ ...baseRequest, prompts: ["one", "two", "one"] }, callWith());
    expect(results).toHaveLength(3);
    expect(requests.map(({ prompts }) => prompts)).toEqual([["one", "two"]]);
  });

  it("is looked up for each prompt, and only the misses are generated", async () => {
    const { send, requests, find } = generations();
    await send({}, { prompts: ["two"] });
    expect(await send({}, { prompts: ["one", "two", "three"] })).toMatchObject(miss);
    expect(requests.map(({ prompts }) => prompts)).toEqual([["two"], ["one", "three"]]);
    const { generations: results } = await find({ ...baseRequest, prompts: ["one", "two", "three"] }, callWith());
    expect(results).toHaveLength(3);
  });
});

describe("a cache directive", () => {
  it("no-store neither reads nor writes the cache", async () => {
    const { send, requests, store } = generations();
    await send();
    expect(await send({ noStore: true })).toMatchObject({ hit: false, fwd: "request", stored: false });
    expect(requests).toHaveLength(2);
    const other = generations();
    await other.send({ noStore: true });
    await nextTask();
    expect(other.store.entries.size).toBe(0);
    expect(store.entries.size).toBe(1);
  });

  it("no-cache generates again, and stores the result", async () => {
    const { send, advance } = generations();
    await send();
    advance(5);
    expect(await send({ noCache: true })).toMatchObject({ hit: false, fwd: "request", stored: true });
    expect(await send()).toEqual({ ...hit, age: 0 });
  });

  it("max-age generates again when the entry is older", async () => {
    const { send, advance } = generations();
    await send();
    advance(10);
    expect(await send({ maxAge: 10 })).toMatchObject(hit);
    expect(await send({ maxAge: 9 })).toMatchObject({ hit: false, fwd: "stale", stored: true });
  });

  it("only-if-cached throws not-cached for a miss, and does not call the backend", async () => {
    const { send, requests } = generations();
    await expect(send({ onlyIfCached: true })).rejects.toMatchObject({ code: "not-cached" });
    expect(requests).toEqual([]);
    await send();
    expect(await send({ onlyIfCached: true })).toMatchObject(hit);
  });
});

describe("when the backend fails", () => {
  it("a cached generation is still a hit, because it does not expire", async () => {
    const { send, fail } = generations();
    await send();
    fail("backend-unavailable");
    expect(await send()).toMatchObject(hit);
  });

  it("an entry older than max-age is served as stale, within stale-if-error", async () => {
    const { send, advance, fail } = generations();
    await send();
    advance(100);
    fail("backend-unavailable");
    expect(await send({ maxAge: 10 })).toEqual({ ...hit, stale: true, age: 100 });
    expect(await send({ maxAge: 10, staleIfError: 90 })).toMatchObject({ stale: true });
    await expect(send({ maxAge: 10, staleIfError: 89 })).rejects.toMatchObject({ code: "backend-unavailable" });
    await expect(send({ noCache: true })).rejects.toMatchObject({ code: "backend-unavailable" });
  });

  it("a miss throws the backend's problem, and a stale entry does not replace a client error", async () => {
    const { send, advance, fail } = generations();
    await send();
    fail("backend-unavailable");
    await expect(send({}, { prompts: ["two"] })).rejects.toMatchObject({ code: "backend-unavailable" });
    fail("image-corrupt");
    advance(100);
    await expect(send({ maxAge: 10 })).rejects.toMatchObject({ code: "image-corrupt" });
  });
});

describe("the timings", () => {
  it("are those of the backend, with the stages that it reports, and of the cache", async () => {
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
    const twoPrompts = { ...baseRequest, prompts: ["one", "two"] };
    expect((await find(twoPrompts, callWith())).timings).toEqual({ cache: 6, generate: 20, queue: 1, decode: 26 });
    expect((await find(twoPrompts, callWith())).timings).toEqual({ cache: 0 });
  });
});

describe("concurrent equal requests", () => {
  it("call the backend once, and one of them stores the result", async () => {
    const { send, requests } = generations();
    const reports = await Promise.all(Array.from({ length: 200 }, () => send()));
    expect(requests).toHaveLength(1);
    expect(reports.filter(({ collapsed, hit: isHit }) => collapsed || isHit)).toHaveLength(199);
    expect(reports.filter(({ stored }) => stored)).toHaveLength(1);
  });

  it("with no-store share nothing", async () => {
    const { send, requests } = generations();
    await Promise.all([send({ noStore: true }), send({ noStore: true })]);
    expect(requests).toHaveLength(2);
  });
});
