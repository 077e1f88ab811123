import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeFile } from "../../../tools/pull/hub.ts";
import { PullError } from "../../../tools/pull/pull-error.ts";
import { MAX_FAILURES } from "../../../tools/pull/retries.ts";
import { content, LARGE, LARGE_BYTES, pullSetup, SMALL, source } from "../../support/pull-setup.ts";

let setup: Awaited<ReturnType<typeof pullSetup>>;
beforeEach(async () => {
  setup = await pullSetup();
});
afterEach(() => setup.close());

const ranges = () => setup.transfers().map(({ range }) => range);
/** Pulls a file that fails and returns the error, so that a test can check its message. */
const failure = (path: string): Promise<unknown> => setup.pull(path).catch((error: unknown) => error);

describe("a download", () => {
  it("fetches a file of the storage and a file of git, each verified by the hub's digest", async () => {
    expect(await setup.pull(LARGE)).toBe("large");
    expect(await setup.pull(SMALL)).toBe("small");
    const digests = [LARGE, SMALL].map(async (path) => (await describeFile(setup.hub, source, path))?.digest.algorithm);
    expect(await Promise.all(digests)).toEqual(["sha256", "git-blob-sha1"]);
  });

  it("resumes where it stopped after each interruption, and transfers no byte twice", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { cutAfter: 50_000 }, { cutAfter: 1 }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(ranges()).toEqual([undefined, "bytes=100000-", "bytes=150000-", "bytes=150001-"]);
    const [first, ...others] = setup.transfers().map(({ ifRange }) => ifRange);
    expect(first).toBeUndefined();
    expect(new Set(others).size).toBe(1);
    expect(others[0]).toMatch(/^"storage-/u);
  });

  it("resumes in the next run", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { status: 403 }]);
    expect(await failure(LARGE)).toBeInstanceOf(PullError);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(ranges()).toEqual([undefined, "bytes=100000-", "bytes=100000-"]);
  });

  it("that is already complete sends no further request for bytes", async () => {
    await setup.pull(LARGE);
    await setup.pull(LARGE);
    expect(setup.transfers()).toHaveLength(1);
  });

  it("is aborted and resumed when it stalls", async () => {
    const shortStall = await pullSetup({ stallMs: 300 });
    shortStall.mirror.faults.set(LARGE, [{ stallAfter: 100_000 }, { stallAfter: 0 }]);
    expect(await shortStall.pull(LARGE)).toBe("large");
    expect(shortStall.transfers().at(-1)?.range).toMatch(/^bytes=\d+-$/u);
    await shortStall.close();
  });

  it("counts only attempts without progress, and waits longer after each of them", async () => {
    const cuts = Array.from({ length: MAX_FAILURES + 1 }, () => ({ cutAfter: 1000 }));
    setup.mirror.faults.set(LARGE, [...cuts, { cutAfter: 0 }, { cutAfter: 0 }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(setup.delays).toEqual([...cuts.map(() => 1000), 2000, 4000]);
  });

  it("fails after MAX_FAILURES attempts without progress, and keeps the bytes that it has", async () => {
    const noProgress = Array.from({ length: MAX_FAILURES }, () => ({ cutAfter: 0 }));
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, ...noProgress]);
    expect(await failure(LARGE)).toBeInstanceOf(PullError);
    const partial = await readFile(setup.partial(LARGE));
    expect(Buffer.compare(partial, content.large.subarray(0, 100_000))).toBe(0);
  });
});

describe("a download with partial bytes", () => {
  it("restarts when the server ignores the range", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { ignoresRange: true }]);
    expect(await setup.pull(LARGE)).toBe("large");
  });

  it("restarts when the storage's ETag differs", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { etag: '"other"' }]);
    expect(await setup.pull(LARGE)).toBe("large");
  });

  it.each([{ shiftsRange: 1 }, { etag: '"other"', ignoresCondition: true }])(
    "restarts when the received range does not continue the partial file: %j",
    async (fault) => {
      setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, fault]);
      expect(await setup.pull(LARGE)).toBe("large");
      expect(ranges()).toEqual([undefined, "bytes=100000-", undefined]);
    },
  );

  it("resumes without If-Range when the storage's ETag is weak", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000, etag: 'W/"weak"' }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(setup.transfers().at(-1)).toMatchObject({ range: "bytes=100000-", ifRange: undefined });
  });

  it.each([LARGE, SMALL])("restarts when %s changes between two attempts, and fetches the new file", async (path) => {
    setup.mirror.faults.set(path, [{ cutAfter: 1000 }]);
    Object.assign(setup.hub, { sleep: async () => setup.mirror.put(path, content.otherLarge) });
    expect(await setup.pull(path)).toBe("otherLarge");
  });

  it("fails after a limited number of restarts when the file keeps changing", async () => {
    setup.mirror.faults.set(
      LARGE,
      Array.from({ length: 10 }, () => ({ cutAfter: 1000 })),
    );
    let version = 0;
    const change = async () => setup.mirror.put(LARGE, content.large.subarray(++version));
    Object.assign(setup.hub, { sleep: change });
    expect(await failure(LARGE)).toMatchObject({ name: "PullError", message: expect.stringContaining(LARGE) });
    expect(setup.transfers().length).toBeLessThan(10);
  });

  it("restarts when the file has changed since the last run", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { status: 403 }]);
    await failure(LARGE);
    setup.mirror.put(LARGE, content.otherLarge);
    expect(await setup.pull(LARGE)).toBe("otherLarge");
    expect(ranges().at(-1)).toBeUndefined();
  });

  it("restarts when the origin of the bytes on disk is unknown, or when there are too many bytes", async () => {
    await setup.pull(LARGE);
    await writeFile(`${setup.partial(LARGE)}.json`, "{");
    expect(await setup.pull(LARGE)).toBe("large");
    await truncate(setup.partial(LARGE), LARGE_BYTES + 1);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(ranges()).toEqual([undefined, undefined, undefined]);
  });
});

describe("a file with wrong bytes", () => {
  it.each([LARGE, SMALL])("is removed, and the error names the expected digest: %s", async (path) => {
    setup.mirror.faults.set(path, [{ wrongByte: true }]);
    const { digest } = (await describeFile(setup.hub, source, path)) ?? {};
    expect(await failure(path)).toMatchObject({
      name: "PullError",
      message: expect.stringContaining(digest?.hex ?? "?"),
    });
    expect(await readdir(setup.folder, { recursive: true })).not.toContain(`${path}.part`);
    expect(await setup.pull(path)).toBe(path === LARGE ? "large" : "small");
  });

  it("is detected when only the bytes of an earlier attempt are wrong", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000, wrongByte: true }]);
    expect(await failure(LARGE)).toMatchObject({ name: "PullError", message: expect.stringContaining(LARGE) });
  });

  it("is rejected as soon as more bytes arrive than announced", async () => {
    setup.mirror.faults.set(LARGE, [{ lackingBytes: -10 }]);
    expect(await failure(LARGE)).toMatchObject({ name: "PullError", message: expect.stringContaining("300000") });
    expect(await readFile(setup.partial(LARGE))).toHaveLength(0);
  });

  it("fails after repeated attempts with too few bytes", async () => {
    const lacking = Array.from({ length: 2 * MAX_FAILURES }, () => ({ lackingBytes: 10 }));
    setup.mirror.faults.set(LARGE, lacking);
    expect(await failure(LARGE)).toBeInstanceOf(PullError);
    expect(setup.transfers().length).toBeLessThanOrEqual(MAX_FAILURES + 1);
  });
});
