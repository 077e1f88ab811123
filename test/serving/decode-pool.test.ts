import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { DECODE_DEADLINE_MS, MAX_KEPT_PIXELS } from "../../src/serving/decode-slot.ts";
import { decodeThreads, settled } from "../support/decode-threads.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("a pool of decoding threads", () => {
  it("decodes as many images at once as it has threads, the others in the order of their calls", async () => {
    const { pool, decode, finish, started } = decodeThreads(2);
    const first = decode("a");
    finish("a");
    await first;
    const results = ["a", "bb", "ccc", "dddd"].map((digest) => decode(digest));
    await settled();
    expect([started().toSorted(), pool.waiting()]).toEqual([["a", "a", "bb"], 2]);
    finish("bb");
    expect(await results[1]).toEqual(Float32Array.of(2));
    await settled();
    expect([started().toSorted(), pool.waiting()]).toEqual([["a", "a", "bb", "ccc"], 1]);
    finish("a");
    await settled();
    for (const digest of ["ccc", "dddd"]) finish(digest);
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4].map((length) => Float32Array.of(length)));
  });

  it("decodes in turns between callers", async () => {
    const { decode, finish, started } = decodeThreads(1);
    const hog = ["h1", "h2", "h3"].map((digest) => decode(digest, undefined, "hog"));
    const other = decode("o", undefined, "other");
    for (const digest of ["h1", "o", "h2", "h3"]) {
      await settled();
      finish(digest);
    }
    await Promise.all([...hog, other]);
    expect(started()).toEqual(["h1", "o", "h2", "h3"]);
  });

  it("rejects with the image's problem, and keeps the thread", async () => {
    const { decode, finish, threads } = decodeThreads(1);
    const refused = decode("a");
    finish("a", 10, new Problem("image-corrupt", "half of it"));
    await expect(refused).rejects.toThrow(code("image-corrupt"));
    const next = decode("b");
    finish("b");
    await next;
    expect(threads).toHaveLength(1);
  });

  it("forgets a waiting image whose caller left, and drops the result of one that is decoded", async () => {
    const { pool, decode, finish, started } = decodeThreads(1);
    const [running, waiting] = [new AbortController(), new AbortController()];
    const results = [decode("a", running.signal), decode("b", waiting.signal), decode("c")];
    running.abort();
    waiting.abort();
    await expect(results[0]).rejects.toThrow(code("request-cancelled"));
    await expect(results[1]).rejects.toThrow(code("request-cancelled"));
    expect([started(), pool.waiting()]).toEqual([["a"], 1]);
    finish("a");
    await settled();
    expect(started()).toEqual(["a", "c"]);
    finish("c");
    await results[2];
    await expect(decode("d", running.signal)).rejects.toThrow(code("request-cancelled"));
  });
});

describe("a decoding thread", () => {
  it("that dies is replaced, and its image is `internal`", async () => {
    const { decode, finish, threads } = decodeThreads(1);
    const [lost, next] = [decode("a"), decode("b")];
    threads[0]?.end("out of memory");
    await expect(lost).rejects.toThrow(code("internal"));
    await settled();
    finish("b");
    await next;
    expect(threads).toHaveLength(2);
  });

  it("that dies between two images is replaced before the second", async () => {
    const { decode, finish, threads } = decodeThreads(1);
    threads[0]?.end("killed");
    await settled();
    const next = decode("a");
    finish("a");
    await next;
    expect(threads.map(({ jobs }) => jobs.length)).toEqual([0, 1]);
  });

  it("that exceeds the deadline is stopped and replaced, and its image is `overloaded`", async () => {
    const { decode, finish, threads, timers } = decodeThreads(1);
    const [slow, next] = [decode("a"), decode("b")];
    expect([...timers.values()]).toEqual([DECODE_DEADLINE_MS]);
    for (const run of timers.keys()) run();
    await expect(slow).rejects.toThrow(code("overloaded"));
    await settled();
    expect(threads.map(({ isStopped }) => isStopped)).toEqual([true, false]);
    finish("b");
    await next;
    expect(timers.size).toBe(0);
  });

  it.each([
    ["kept after an image of MAX_KEPT_PIXELS", MAX_KEPT_PIXELS, 1],
    ["replaced after a larger one", MAX_KEPT_PIXELS + 1, 2],
  ])("is %s", async (_, pixels, count) => {
    const { decode, finish, threads } = decodeThreads(1);
    const first = decode("a");
    finish("a", pixels);
    await first;
    const second = decode("b");
    await settled();
    finish("b");
    await second;
    expect(threads).toHaveLength(count);
    expect(threads[0]?.isStopped).toBe(count === 2);
  });
});

describe("a pool that stops", () => {
  it("stops its threads, and rejects running, waiting and later images", async () => {
    const { pool, decode, threads } = decodeThreads(2);
    const results = ["a", "b", "c"].map((digest) => decode(digest));
    const rejected = Promise.allSettled(results);
    await pool.stop();
    for (const result of await rejected) expect(result).toMatchObject({ reason: { code: "overloaded" } });
    await expect(decode("d")).rejects.toThrow(code("overloaded"));
    await settled();
    expect(threads.map(({ isStopped }) => isStopped)).toEqual([true, true]);
  });
});
