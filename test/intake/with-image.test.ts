import { describe, expect, it } from "vitest";
import { createService } from "../../src/answering/answer.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { CacheDirectives, TaskRequest } from "../../src/contract/service.ts";
import type { FetchImage, Fetched } from "../../src/image/fetch-image.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import type { Origin } from "../../src/image/cache-metadata.ts";
import { URL_TTL_SECONDS, createUrlCache } from "../../src/intake/url-cache.ts";
import { callWith } from "../support/calls.ts";
import { fakeBackend } from "../support/fake-backend.ts";
import { fakeStore } from "../support/fake-store.ts";
import { sampleImage } from "../support/sample-images.ts";
import { nextTask } from "../support/tiny-backend.ts";

const [street, garden] = [sampleImage("street.jpg"), sampleImage("garden.png")];
const url = "https://example.com/picture";
const down = new Problem("image-url-unreachable", "down");

/** Asks one task about the picture at the address. */
function request(options: TaskRequest["options"] = {}, task = "caption"): TaskRequest {
  return { task, image: { kind: "url", url }, options };
}

/** A service whose pictures all lie at one address, whose server may change them, forbid to keep them, or be down. */
function service({ freshSeconds = 0, isStorable = true, store = fakeStore() } = {}) {
  const shown = { picture: street, etag: "1", failure: undefined as Problem | undefined };
  const downloads: string[] = [];
  const asked: (Origin | undefined)[] = [];
  const fetchImage: FetchImage = async (address, _signal, known): Promise<Fetched> => {
    asked.push(known);
    if (shown.failure !== undefined) throw shown.failure;
    const origin: Origin = { url: address, etag: shown.etag, freshSeconds, isStorable };
    if (known?.etag === shown.etag) return { type: "unchanged", origin };
    downloads.push(shown.etag);
    return { type: "image", bytes: shown.picture, origin };
  };
  let clock = 0;
  const now = () => clock;
  const { backend, asked: generated } = fakeBackend({ text: "<s>a cat</s>" });
  const shared = { salt: "s", waitUntil: () => {}, now, memoryBytes: 100_000 };
  const api = createService({
    backend,
    now,
    limits: ISOLATE_LIMITS,
    fetchImage,
    find: createCachedGenerations({ ...shared, backend, stores: [], ttlSeconds: 60, sleep: nextTask }),
    addresses: createUrlCache({ ...shared, stores: [store.store] }),
  });
  const ask = async (cache: Partial<CacheDirectives> = {}, options: TaskRequest["options"] = {}, task = "caption") =>
    api.answer(request(options, task), callWith(cache));
  return {
    ask,
    api,
    shown,
    downloads,
    asked,
    generated,
    store,
    pass: (s: number) => (clock += s * 1000),
  };
}

describe("an image that is named by its address", () => {
  it("is not downloaded again where its server says that it is the same, and the answer is there", async () => {
    const { ask, downloads, asked } = service();
    const first = await ask();
    const second = await ask();
    expect([second.answer, second.cache.hit]).toEqual([first.answer, true]);
    expect([downloads, asked.length]).toEqual([["1"], 2]);
  });

  it("is not even asked for while it is fresh, nor by another isolate of the data centre", async () => {
    const one = service({ freshSeconds: 60 });
    await one.ask();
    await nextTask();
    one.pass(59);
    expect((await one.ask()).cache.hit).toBe(true);
    expect(one.asked).toHaveLength(1);
    const other = service({ freshSeconds: 60, store: one.store });
    expect((await other.ask()).cache.hit).toBe(false);
    expect(other.asked).toEqual([undefined]);
    expect([...one.store.entries.keys()].every((key) => /^[0-9a-f]{64}$/u.test(key))).toBe(true);
  });

  it("is asked for when it is fresh no more, or not fresh enough for its caller", async () => {
    const { ask, asked, pass } = service({ freshSeconds: 60 });
    await ask();
    pass(10);
    await ask({ maxAge: 20 });
    expect(asked).toHaveLength(1);
    await ask({ maxAge: 10 });
    expect(asked).toHaveLength(2);
    pass(60);
    await ask();
    expect(asked.map((known) => known?.etag)).toEqual([undefined, "1", "1"]);
  });

  it("is what it is now when it was changed", async () => {
    const { ask, shown, downloads } = service();
    const first = await ask();
    Object.assign(shown, { picture: garden, etag: "2" });
    const second = await ask();
    expect(second.cache.hit).toBe(false);
    expect(second.answer).not.toEqual(first.answer);
    Object.assign(shown, { picture: street, etag: "3" });
    expect(await ask()).toMatchObject({ answer: first.answer, cache: { hit: true } });
    expect(downloads).toEqual(["1", "2", "3"]);
  });

  it("is downloaded where the answer is not there", async () => {
    const { ask, downloads, asked, generated } = service();
    await ask();
    expect((await ask({}, {}, "ocr")).cache).toMatchObject({ hit: false, fwd: "miss" });
    expect([downloads, asked.length, generated.length]).toEqual([["1", "1"], 3, 2]);
  });

  it("is downloaded where it is drawn into the answer, and not where only its outlines are", async () => {
    const { ask, downloads } = service();
    await ask();
    await ask({}, { overlay: "svg", overlay_image: false });
    expect(downloads).toHaveLength(1);
    await ask({}, { overlay: "svg" });
    expect(downloads).toHaveLength(2);
  });

  it("is taken anew for no-cache and no-store, which keeps nothing of it", async () => {
    const { ask, asked, store } = service({ freshSeconds: 60 });
    await ask({ noStore: true });
    await nextTask();
    expect(store.entries.size).toBe(0);
    await ask();
    await ask({ noCache: true });
    await ask({ noStore: true });
    expect(asked).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("is not memoized where its server forbids it, nor for ever", async () => {
    const forbidden = service({ isStorable: false });
    await forbidden.ask();
    await forbidden.ask();
    expect(forbidden.asked).toEqual([undefined, undefined]);
    const old = service();
    await old.ask();
    old.pass(URL_TTL_SECONDS + 1);
    await old.ask();
    expect(old.asked).toEqual([undefined, undefined]);
  });

  it("is found for several tasks, and for a stream", async () => {
    const { ask, api, downloads } = service();
    await ask();
    await ask({}, {}, "ocr");
    const before = downloads.length;
    const { image } = request();
    const items = ["caption", "ocr"].map((task) => ({ task, options: {} }));
    expect((await api.analyze({ image, items }, callWith())).cache.hit).toBe(true);
    const told: unknown[] = [];
    await api.stream(request(), callWith(), (part, cache) => told.push([part.type, cache.hit]));
    expect(told.at(-1)).toEqual(["done", true]);
    expect(downloads).toHaveLength(before);
    const more = [...items, { task: "detailed-caption", options: {} }];
    const { results } = await api.analyze({ image, items: more }, callWith());
    expect(results.map((each) => each instanceof Problem)).toEqual([false, false, false]);
    expect(downloads).toHaveLength(before + 1);
  });
});

describe("when an image's server is down,", () => {
  it("what it showed before is answered, and marked, as far as the caller allows", async () => {
    const { ask, shown, pass } = service();
    const { answer } = await ask();
    shown.failure = down;
    pass(100);
    expect(await ask()).toMatchObject({ answer, cache: { hit: true, stale: true } });
    await expect(ask({ maxAge: 10, staleIfError: 90 })).rejects.toBe(down);
    await expect(ask({ staleIfError: 99 })).rejects.toBe(down);
    expect((await ask({ staleIfError: 100 })).cache.stale).toBe(true);
  });

  it("what is not there is its problem", async () => {
    const { ask, shown } = service();
    await ask();
    shown.failure = down;
    await expect(ask({}, {}, "ocr")).rejects.toBe(down);
    await expect(ask({ noCache: true })).rejects.toBe(down);
  });

  it.each(["image-url-refused", "image-corrupt", "body-too-large"] as const)(
    "nothing is answered where it answers something else: %s",
    async (code) => {
      const { ask, shown } = service();
      await ask();
      shown.failure = new Problem(code, "");
      await expect(ask()).rejects.toBe(shown.failure);
    },
  );
});
