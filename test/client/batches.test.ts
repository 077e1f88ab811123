import { describe, expect, it } from "vitest";
import type { Batch, BatchResult } from "../../src/client/florence.ts";
import { MAX_BATCH_LINES } from "../../src/contract/batches.ts";
import { Problem } from "../../src/contract/problems.ts";
import { batchClient, collected, repeated } from "../support/batch-client.ts";
import { batchLine } from "../support/batch-world.ts";
import { cacheMiss, fakeAnswer } from "../support/fake-service.ts";
import { memoryUploads } from "../support/memory-uploads.ts";
import { sampleImage } from "../support/sample-images.ts";

const URL_OF_CAT = "https://example.com/cat.png";
const answered = { answer: fakeAnswer, cache: cacheMiss, timings: {} };

/** What a result says, in short. */
function brief({ custom_id: id, answer, error }: BatchResult<unknown>): readonly unknown[] {
  return [id, error === null ? answer : error.code];
}

describe("florence.batches.run()", () => {
  it("gives the result of each line, and asks with the options of all lines and of its own", async () => {
    const { florence, requests } = batchClient({
      answer: async ({ image }) => {
        if (image.kind === "base64") throw new Problem("image-corrupt", "It ends too early.");
        return answered;
      },
    });
    const lines = [URL_OF_CAT, { image: URL_OF_CAT, custom_id: "mine", max_new_tokens: 7 }, new Uint8Array([1, 2, 3])];
    const results = await collected(florence.batches.run("caption", lines, { beams: 2 }));
    expect(results.map(brief)).toEqual([
      ["1", expect.objectContaining({ text: "a cat" })],
      ["mine", expect.objectContaining({ text: "a cat" })],
      ["3", "image-corrupt"],
    ]);
    expect(results[2]?.error).toMatchObject({ status: 422, retryable: false, detail: "It ends too early." });
    expect(requests.map(({ options }) => options)).toMatchObject([
      { beams: 2 },
      { beams: 2, max_new_tokens: 7 },
      { beams: 2 },
    ]);
  });

  it("sends lines in several batches, reads them one by one, and deletes their files", async () => {
    const { florence, sent, sizes } = { ...batchClient(), sizes: [] as number[] };
    let read = 0;
    const lines = function* lines() {
      for (const image of repeated(2500)) {
        read += 1;
        yield image;
      }
    };
    const ids = new Set<string | null>();
    for await (const { custom_id: id } of florence.batches.run("caption", lines())) {
      if (ids.size === 0) sizes.push(read);
      ids.add(id);
    }
    expect(ids).toEqual(new Set(Array.from({ length: 2500 }, (_, index) => String(index + 1))));
    // The first results are there before the last lines are read.
    expect(sizes).toEqual([2000]);
    const count = (method: string, path: RegExp) =>
      sent.filter((each) => each.method === method && path.test(each.path)).length;
    expect(count("POST", /\/batches$/u)).toBe(3);
    expect(count("DELETE", /\/files\/file-/u)).toBe(3);
  });

  it("tells of lines that cannot be sent, and sends the others", async () => {
    const { florence, requests } = batchClient();
    const lines = [
      { image: URL_OF_CAT, custom_id: "a" },
      { image: Promise.reject(new Error("ENOENT")), custom_id: "gone" },
      { image: URL_OF_CAT, custom_id: "a" },
      { image: new Uint8Array(600_000), custom_id: "large" },
    ];
    const results = await collected(florence.batches.run("caption", lines));
    expect(results.map(brief)).toEqual([
      ["gone", "image-required"],
      ["a", "duplicate-custom-id"],
      ["large", "uploads-unavailable"],
      ["a", expect.objectContaining({ text: "a cat" })],
    ]);
    expect(requests).toHaveLength(1);
  });

  it("uploads an image that is too large for a line", async () => {
    const { uploads } = memoryUploads();
    const { florence, requests } = batchClient({}, { uploads });
    const large = new Uint8Array(600_000);
    large.set(sampleImage("street.jpg"));
    const results = await collected(florence.batches.run("caption", [large, new Uint8Array(100)]));
    expect(results.map(({ error }) => error)).toEqual([null, null]);
    expect(requests.map(({ image }) => image.kind)).toEqual(["upload", "base64"]);
  });

  it("cancels what has not ended when the loop is left, and closes the lines", async () => {
    const { florence, sent } = batchClient();
    let isClosed = false;
    const lines = function* lines() {
      try {
        yield* repeated(5000);
      } finally {
        isClosed = true;
      }
    };
    for await (const { status } of florence.batches.run("caption", lines())) {
      expect(status).toBe("ok");
      break;
    }
    expect(isClosed).toBe(true);
    expect(sent.filter(({ path }) => path.endsWith("/cancel"))).toHaveLength(2);
  });

  it("ends by its signal, and cancels", async () => {
    const controller = new AbortController();
    const { florence, sent } = batchClient();
    const onChange = (): void => controller.abort();
    const run = florence.batches.run("caption", repeated(40), { signal: controller.signal, onChange });
    await expect(collected(run)).rejects.toMatchObject({ code: "aborted" });
    expect(sent.at(-1)?.path).toMatch(/\/cancel$/u);
  });

  it("sends nothing for no line, and refuses a text", async () => {
    const { florence, sent } = batchClient();
    expect(await collected(florence.batches.run("caption", []))).toEqual([]);
    await expect(collected(florence.batches.run("caption", URL_OF_CAT))).rejects.toMatchObject({
      code: "invalid-request",
    });
    expect(sent).toEqual([]);
  });

  it("takes lines of analyze, and a file in OpenAI's shape", async () => {
    const { florence } = batchClient();
    const line = { image: URL_OF_CAT, tasks: [{ task: "caption" }] } as const;
    const [analyzed] = await collected(florence.batches.run("analyze", [line]));
    expect(analyzed).toMatchObject({ status: "ok", answer: { results: [{ task: "caption", status: "ok" }] } });
    const file = new Blob([batchLine("a"), "\n", "no JSON\n", batchLine("b", {})]);
    const results = await collected(florence.batches.run("caption", file));
    expect(results.map(({ custom_id: id, error }) => [id, error?.code])).toEqual([
      ["a", undefined],
      [null, "line-invalid"],
      ["b", "image-required"],
    ]);
  });
});

describe("florence.batches.create()", () => {
  it("sends one batch, which can be waited for, read twice, listed and resumed", async () => {
    const { florence } = batchClient();
    const metadata = { album: "cats" };
    const handle = await florence.batches.create("caption", repeated(3), { metadata });
    expect(handle.batch).toMatchObject({ id: handle.id, status: "in_progress", metadata, endpoint: "/v1/caption" });
    const seen: Batch[] = [];
    const batch = await handle.wait({ onChange: (each) => void seen.push(each) });
    expect(batch).toMatchObject({ status: "completed", request_counts: { total: 3, completed: 3, failed: 0 } });
    expect(seen.at(-1)).toEqual(batch);
    const again = await florence.batches.resume(handle.id);
    expect(await collected(again.results())).toEqual(await collected(handle.results()));
    expect(await florence.batches.get(handle.id)).toEqual(batch);
    expect(await florence.batches.cancel(handle.id)).toEqual(batch);
    await expect(florence.batches.list({ limit: 5 })).rejects.toMatchObject({
      code: "list-needs-account",
      status: 403,
    });
  });

  it("rejects with the first line that cannot be sent, and for none", async () => {
    const { florence, sent } = batchClient();
    const twice = [1, 2].map(() => ({ image: URL_OF_CAT, custom_id: "a" }));
    await expect(florence.batches.create("caption", twice)).rejects.toMatchObject({ code: "duplicate-custom-id" });
    await expect(florence.batches.create("caption", [])).rejects.toMatchObject({ code: "empty-file" });
    const many = repeated(MAX_BATCH_LINES + 1);
    await expect(florence.batches.create("caption", many)).rejects.toMatchObject({ code: "too-many-lines" });
    expect(sent).toEqual([]);
  });

  it("can be cancelled, which is no failure: what was not asked is an error of its line", async () => {
    const { florence, requests } = batchClient();
    const handle = await florence.batches.create("caption", repeated(2));
    const { status } = await handle.cancel();
    expect(await handle.wait()).toMatchObject({ status: "cancelled" });
    expect(await collected(handle.results())).toEqual([]);
    expect([status, requests]).toEqual(["cancelled", []]);
  });

  it("rejects with what is wrong with a file", async () => {
    const { florence } = batchClient();
    const file = new Blob([`${batchLine("a")}\n${batchLine("a")}\n`]);
    const handle = await florence.batches.create("caption", file);
    await expect(handle.wait()).rejects.toMatchObject({ code: "duplicate-custom-id", retryable: false });
    await expect(collected(handle.results())).rejects.toMatchObject({ code: "duplicate-custom-id" });
  });
});
