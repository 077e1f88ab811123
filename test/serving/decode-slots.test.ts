import { describe, expect, it } from "vitest";
import { REMEMBERED_MS, SLOW_MS } from "../../src/serving/decode-speeds.ts";
import { decodeThreads, settled } from "../support/decode-threads.ts";

describe("a pool of decoding threads", () => {
  it("keeps its last free thread from a caller who is unknown and has one, and from one whose last image took long", async () => {
    const { decode, finish, started, advance } = decodeThreads(2);
    const hog = ["h1", "h2", "h3", "h4"].map((digest) => decode(digest, undefined, "hog"));
    await settled();
    expect(started()).toEqual(["h1"]);
    advance(SLOW_MS);
    finish("h1");
    await settled();
    expect(started().toSorted()).toEqual(["h1", "h2"]);
    const other = decode("o", undefined, "other");
    await settled();
    finish("o");
    await settled();
    expect(started().toSorted()).toEqual(["h1", "h2", "o"]);
    finish("h2");
    await settled();
    expect(started().toSorted()).toEqual(["h1", "h2", "h3", "h4", "o"]);
    for (const digest of ["h3", "h4"]) finish(digest);
    expect(await Promise.all([...hog, other])).toHaveLength(5);
  });

  it("forgets after a while that an image took long", async () => {
    const { decode, finish, started, advance } = decodeThreads(2);
    const slow = decode("s", undefined, "a");
    await settled();
    advance(SLOW_MS);
    finish("s");
    await slow;
    const other = decode("o", undefined, "b");
    const waiting = decode("w", undefined, "a");
    await settled();
    expect(started().toSorted()).toEqual(["o", "s"]);
    advance(REMEMBERED_MS);
    const later = decode("l", undefined, "a");
    await settled();
    expect(started().toSorted()).toEqual(["o", "s", "w"]);
    for (const digest of ["o", "w", "l"]) {
      finish(digest);
      await settled();
    }
    expect(await Promise.all([other, waiting, later])).toHaveLength(3);
  });

  it("decodes an image that takes long although it has only one thread", async () => {
    const { decode, finish, advance } = decodeThreads(1);
    for (const digest of ["a", "bb"]) {
      const result = decode(digest);
      await settled();
      advance(SLOW_MS);
      finish(digest);
      expect(await result).toEqual(Float32Array.of(digest.length));
    }
  });
});
