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
/** What a rejection says, so that a test can look for names and numbers in it. */
const failure = (path: string): Promise<unknown> => setup.pull(path).catch((error: unknown) => error);

describe("a download", () => {
  it("brings a file of the storage and a file of git, each verified by the digest that the hub has for it", async () => {
    expect(await setup.pull(LARGE)).toBe("large");
    expect(await setup.pull(SMALL)).toBe("small");
    const digests = [LARGE, SMALL].map(async (path) => (await describeFile(setup.hub, source, path))?.digest.algorithm);
    expect(await Promise.all(digests)).toEqual(["sha256", "git-blob-sha1"]);
  });

  it("goes on after each cut where it stopped, and gets no byte twice", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { cutAfter: 50_000 }, { cutAfter: 1 }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(ranges()).toEqual([undefined, "bytes=100000-", "bytes=150000-", "bytes=150001-"]);
    const [first, ...others] = setup.transfers().map(({ ifRange }) => ifRange);
    expect(first).toBeUndefined();
    expect(new Set(others).size).toBe(1);
    expect(others[0]).toMatch(/^"storage-/u);
  });

  it("goes on in the next run", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { status: 403 }]);
    expect(await failure(LARGE)).toBeInstanceOf(PullError);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(ranges()).toEqual([undefined, "bytes=100000-", "bytes=100000-"]);
  });

  it("that is whole already needs no further request for bytes", async () => {
    await setup.pull(LARGE);
    await setup.pull(LARGE);
    expect(setup.transfers()).toHaveLength(1);
  });

  it("is cut and resumed when nothing comes for a while", async () => {
    const impatient = await pullSetup({ stallMs: 300 });
    impatient.mirror.faults.set(LARGE, [{ stallAfter: 100_000 }, { stallAfter: 0 }]);
    expect(await impatient.pull(LARGE)).toBe("large");
    expect(impatient.transfers().at(-1)?.range).toMatch(/^bytes=\d+-$/u);
    await impatient.close();
  });

  it("counts only attempts that bring nothing, and waits longer after each of them", async () => {
    const cuts = Array.from({ length: MAX_FAILURES + 1 }, () => ({ cutAfter: 1000 }));
    setup.mirror.faults.set(LARGE, [...cuts, { cutAfter: 0 }, { cutAfter: 0 }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(setup.delays).toEqual([...cuts.map(() => 1000), 2000, 4000]);
  });

  it("is given up after as many attempts without progress, and keeps what it has", async () => {
    const nothing = Array.from({ length: MAX_FAILURES }, () => ({ cutAfter: 0 }));
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, ...nothing]);
    expect(await failure(LARGE)).toBeInstanceOf(PullError);
    const kept = await readFile(setup.partial(LARGE));
    expect(Buffer.compare(kept, content.large.subarray(0, 100_000))).toBe(0);
  });
});

describe("a download begins again", () => {
  it("when the server ignores what was asked for", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { ignoresRange: true }]);
    expect(await setup.pull(LARGE)).toBe("large");
  });

  it("when the storage has another name for its bytes", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { etag: '"other"' }]);
    expect(await setup.pull(LARGE)).toBe("large");
  });

  it.each([{ shiftsRange: 1 }, { etag: '"other"', ignoresCondition: true }])(
    "when a part comes that does not go on where the file ends: %j",
    async (fault) => {
      setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, fault]);
      expect(await setup.pull(LARGE)).toBe("large");
      expect(ranges()).toEqual([undefined, "bytes=100000-", undefined]);
    },
  );

  it("without If-Range where the storage's name is a weak one", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000, etag: 'W/"weak"' }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(setup.transfers().at(-1)).toMatchObject({ range: "bytes=100000-", ifRange: undefined });
  });

  it.each([LARGE, SMALL])("when %s changes between two attempts, and brings the new file", async (path) => {
    setup.mirror.faults.set(path, [{ cutAfter: 1000 }]);
    Object.assign(setup.hub, { sleep: async () => setup.mirror.put(path, content.otherLarge) });
    expect(await setup.pull(path)).toBe("otherLarge");
  });

  it("only so often, when the file never stays the same", async () => {
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

  it("when the file has changed since the last run", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000 }, { status: 403 }]);
    await failure(LARGE);
    setup.mirror.put(LARGE, content.otherLarge);
    expect(await setup.pull(LARGE)).toBe("otherLarge");
    expect(ranges().at(-1)).toBeUndefined();
  });

  it("when nobody knows what the bytes on disk are of, or there are too many", async () => {
    await setup.pull(LARGE);
    await writeFile(`${setup.partial(LARGE)}.json`, "{");
    expect(await setup.pull(LARGE)).toBe("large");
    await truncate(setup.partial(LARGE), LARGE_BYTES + 1);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(ranges()).toEqual([undefined, undefined, undefined]);
  });
});

describe("a file with wrong bytes", () => {
  it.each([LARGE, SMALL])("is removed and named, with the digest that it should have: %s", async (path) => {
    setup.mirror.faults.set(path, [{ wrongByte: true }]);
    const { digest } = (await describeFile(setup.hub, source, path)) ?? {};
    expect(await failure(path)).toMatchObject({
      name: "PullError",
      message: expect.stringContaining(digest?.hex ?? "?"),
    });
    expect(await readdir(setup.folder, { recursive: true })).not.toContain(`${path}.part`);
    expect(await setup.pull(path)).toBe(path === LARGE ? "large" : "small");
  });

  it("is found where only what an earlier run left is wrong", async () => {
    setup.mirror.faults.set(LARGE, [{ cutAfter: 100_000, wrongByte: true }]);
    expect(await failure(LARGE)).toMatchObject({ name: "PullError", message: expect.stringContaining(LARGE) });
  });

  it("is refused as soon as more comes than was announced", async () => {
    setup.mirror.faults.set(LARGE, [{ lackingBytes: -10 }]);
    expect(await failure(LARGE)).toMatchObject({ name: "PullError", message: expect.stringContaining("300000") });
    expect(await readFile(setup.partial(LARGE))).toHaveLength(0);
  });

  it("is given up where fewer come, again and again", async () => {
    const lacking = Array.from({ length: 2 * MAX_FAILURES }, () => ({ lackingBytes: 10 }));
    setup.mirror.faults.set(LARGE, lacking);
    expect(await failure(LARGE)).toBeInstanceOf(PullError);
    expect(setup.transfers().length).toBeLessThanOrEqual(MAX_FAILURES + 1);
  });
});
