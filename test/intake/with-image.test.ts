import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { URL_TTL_SECONDS } from "../../src/intake/url-cache.ts";
import { callWith } from "../support/calls.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { garden, request, service, street } from "../support/url-service.ts";

const down = new Problem("image-url-unreachable", "down");

describe("an image at a URL", () => {
  it("is not downloaded again if its server answers that it is unchanged and the answer is cached", async () => {
    const { send, downloads, fetches } = service();
    const first = await send();
    const second = await send();
    expect([second.answer, second.cache.hit]).toEqual([first.answer, true]);
    expect([downloads, fetches.length]).toEqual([["1"], 2]);
  });

  it("is not requested while it is fresh, neither by this isolate nor by another in the data centre", async () => {
    const first = service({ freshSeconds: 60 });
    await first.send();
    await nextTask();
    first.advance(59);
    expect((await first.send()).cache.hit).toBe(true);
    expect(first.fetches).toHaveLength(1);
    const other = service({ freshSeconds: 60, store: first.store });
    expect((await other.send()).cache.hit).toBe(false);
    expect(other.fetches).toEqual([undefined]);
    expect([...first.store.entries.keys()].every((key) => /^[0-9a-f]{64}$/u.test(key))).toBe(true);
  });

  it("is requested when it is no longer fresh, or older than max-age", async () => {
    const { send, fetches, advance } = service({ freshSeconds: 60 });
    await send();
    advance(10);
    await send({ maxAge: 20 });
    expect(fetches).toHaveLength(1);
    await send({ maxAge: 10 });
    expect(fetches).toHaveLength(2);
    advance(60);
    await send();
    expect(fetches.map((stored) => stored?.etag)).toEqual([undefined, "1", "1"]);
  });

  it.each([
    ["a web page", new TextEncoder().encode("<!doctype html>")],
    ["an empty file", new Uint8Array()],
  ])("is refused if the URL answers with %s, which is not stored", async (_, bytes) => {
    const { send, server, store, downloads } = service({ freshSeconds: 60 });
    server.image = bytes;
    await expect(send()).rejects.toMatchObject({ code: "image-url-not-an-image" });
    expect(store.entries.size).toBe(0);
    server.image = street;
    await send();
    expect(downloads).toHaveLength(2);
  });

  it("is downloaded again when it has changed", async () => {
    const { send, server, downloads } = service();
    const first = await send();
    Object.assign(server, { image: garden, etag: "2" });
    const second = await send();
    expect(second.cache.hit).toBe(false);
    expect(second.answer).not.toEqual(first.answer);
    Object.assign(server, { image: street, etag: "3" });
    expect(await send()).toMatchObject({ answer: first.answer, cache: { hit: true } });
    expect(downloads).toEqual(["1", "2", "3"]);
  });

  it("is downloaded when the answer is not cached", async () => {
    const { send, downloads, fetches, generated } = service();
    await send();
    expect((await send({}, {}, "ocr")).cache).toMatchObject({ hit: false, fwd: "miss" });
    expect([downloads, fetches.length, generated.length]).toEqual([["1", "1"], 3, 2]);
  });

  it("is downloaded for an overlay with the image, and not for an overlay without it", async () => {
    const { send, downloads } = service();
    await send();
    await send({}, { overlay: "svg", overlay_image: false });
    expect(downloads).toHaveLength(1);
    await send({}, { overlay: "svg" });
    expect(downloads).toHaveLength(2);
  });

  it("is downloaded again for no-cache and no-store, and no-store does not cache the URL", async () => {
    const { send, fetches, store } = service({ freshSeconds: 60 });
    await send({ noStore: true });
    await nextTask();
    expect(store.entries.size).toBe(0);
    await send();
    await send({ noCache: true });
    await send({ noStore: true });
    expect(fetches).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("is not cached if its server forbids it, nor longer than `URL_TTL_SECONDS`", async () => {
    const forbidden = service({ isStorable: false });
    await forbidden.send();
    await forbidden.send();
    expect(forbidden.fetches).toEqual([undefined, undefined]);
    const old = service();
    await old.send();
    old.advance(URL_TTL_SECONDS + 1);
    await old.send();
    expect(old.fetches).toEqual([undefined, undefined]);
  });

  it("is not downloaded again for several tasks or for a stream", async () => {
    const { send, api, downloads } = service();
    await send();
    await send({}, {}, "ocr");
    const before = downloads.length;
    const { image } = request();
    const items = ["caption", "ocr"].map((task) => ({ task, options: {} }));
    expect((await api.analyze({ image, items }, callWith())).cache.hit).toBe(true);
    const emitted: unknown[] = [];
    await api.stream(request(), callWith(), (part, cache) => emitted.push([part.type, cache.hit]));
    expect(emitted.at(-1)).toEqual(["done", true]);
    expect(downloads).toHaveLength(before);
    const more = [...items, { task: "detailed-caption", options: {} }];
    const { results } = await api.analyze({ image, items: more }, callWith());
    expect(results.map((each) => each instanceof Problem)).toEqual([false, false, false]);
    expect(downloads).toHaveLength(before + 1);
  });
});

describe("when an image's server is down,", () => {
  it("the answer on the cached image is served as stale, within the caller's limits", async () => {
    const { send, server, advance } = service();
    const { answer } = await send();
    server.failure = down;
    advance(100);
    expect(await send()).toMatchObject({ answer, cache: { hit: true, stale: true } });
    await expect(send({ maxAge: 10, staleIfError: 90 })).rejects.toBe(down);
    await expect(send({ staleIfError: 99 })).rejects.toBe(down);
    expect((await send({ staleIfError: 100 })).cache.stale).toBe(true);
  });

  it("an answer that is not cached throws the server's problem", async () => {
    const { send, server } = service();
    await send();
    server.failure = down;
    await expect(send({}, {}, "ocr")).rejects.toBe(down);
    await expect(send({ noCache: true })).rejects.toBe(down);
  });

  it.each(["image-url-refused", "image-corrupt", "body-too-large"] as const)(
    "another failure is not replaced by a cached answer: %s",
    async (code) => {
      const { send, server } = service();
      await send();
      server.failure = new Problem(code, "");
      await expect(send()).rejects.toBe(server.failure);
    },
  );
});
