import { describe, expect, it } from "vitest";
import { bookOf } from "../../src/batches/ids.ts";
import { batchFile } from "../../src/client/batch-file.ts";
import {
  BATCHES_PATH,
  FILES_PATH,
  MAX_BATCH_LINES,
  MAX_FILE_BYTES,
  MAX_LINE_BYTES,
} from "../../src/client/batch-object.ts";
import { platform } from "../../src/client/platform.ts";
import * as limits from "../../src/contract/batches.ts";
import * as paths from "../../src/contract/paths.ts";
import { batchClient, collected, type Intercept, repeated } from "../support/batch-client.ts";

/** A network that loses the first `count` requests to a path. */
function losing(path: RegExp, count: number): Intercept {
  let left = count;
  return (sent) => {
    if (!path.test(sent.path) || left === 0) return undefined;
    left -= 1;
    return Promise.reject(new TypeError("fetch failed"));
  };
}

/** A network that cuts the first replies of a path after so many bytes. */
function cutting(path: RegExp, cuts: readonly number[]): Intercept {
  const left = [...cuts];
  return ({ path: asked }, answer) => {
    const bytes = path.test(asked) ? left.shift() : undefined;
    if (bytes === undefined) return undefined;
    return answer().then(async (response) => {
      const whole = new Uint8Array(await response.arrayBuffer());
      const body = new ReadableStream({
        pull: (controller) => {
          if (bytes > 0 && whole.length > 0) controller.enqueue(whole.slice(0, bytes));
          controller.error(new TypeError("terminated"));
        },
      });
      return new Response(body, { headers: response.headers });
    });
  };
}

describe("a batch over a bad network", () => {
  it.each([
    ["the file", /\/files$/u],
    ["the batch", /\/batches$/u],
    ["its state", /\/batches\/batch_/u],
    ["its results", /\/content$/u],
  ])("loses nothing when requests for %s are lost", async (_what, path) => {
    const { florence } = batchClient({}, { intercept: losing(path, 2) });
    const results = await collected(florence.batches.run("caption", repeated(3)));
    expect(results.map(({ custom_id: id }) => id)).toEqual(["1", "2", "3"]);
  });

  it("creates one batch when the reply is lost", async () => {
    let left = 1;
    const { florence, bookAt } = batchClient(
      {},
      {
        intercept: ({ method, path }, answer) => {
          if (method !== "POST" || !path.endsWith("/batches") || left === 0) return undefined;
          left -= 1;
          return answer().then(() => Promise.reject(new TypeError("fetch failed")));
        },
      },
    );
    const handle = await florence.batches.create("caption", repeated(2));
    expect(await collected(handle.results())).toHaveLength(2);
    const made = await bookAt(bookOf(handle.id, undefined)).batches({ limit: 10, after: undefined });
    expect(made.map(({ id }) => id)).toEqual([handle.id]);
  });

  it("goes on within the results after connections that were cut, and repeats none", async () => {
    const { florence } = batchClient({}, { intercept: cutting(/\/content$/u, [0, 150, 700, 701]) });
    const results = await collected(florence.batches.run("caption", repeated(5)));
    expect(results.map(({ custom_id: id }) => id)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("gives up after five failures without a line between them", async () => {
    const { florence, sent } = batchClient({}, { intercept: cutting(/\/content$/u, Array(9).fill(10)) });
    await expect(collected(florence.batches.run("caption", repeated(2)))).rejects.toMatchObject({
      code: "connection-failed",
    });
    expect(sent.filter(({ path }) => path.endsWith("/content"))).toHaveLength(6);
  });
});

describe("the limits of a batch", () => {
  it("are those of the API", () => {
    expect(limits).toMatchObject({ MAX_BATCH_LINES, MAX_FILE_BYTES, MAX_LINE_BYTES });
    expect(paths).toMatchObject({ BATCHES_PATH, FILES_PATH });
  });

  it("end a file that would be too large before it is whole", async () => {
    const connection = {
      ...platform,
      base: "",
      headers: {},
      apiKey: undefined,
      maxPrice: undefined,
      timeoutMs: 1,
      maxRetries: 0,
    };
    const context = { connection, endpoint: "caption", shared: {}, settings: {} };
    const whole = await batchFile(repeated(3), context);
    expect((await batchFile(repeated(3), context, whole.size)).size).toBe(whole.size);
    await expect(batchFile(repeated(3), context, whole.size - 1)).rejects.toMatchObject({ code: "file-too-large" });
  });
});
