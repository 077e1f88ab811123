import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownerPrefix } from "../../tools/build/owners.ts";
import { findOrMakeBuild, type MakeBuild, removeOldBuilds, startRun } from "../../tools/build/builds.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-builds-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process id above the largest of Linux. */
const NO_PROCESS = 4_194_305;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Makes a build of one file, and counts. */
function maker(text = "made") {
  const made: string[] = [];
  const temporary: string[] = [];
  const how: MakeBuild = {
    make: async (staging) => {
      made.push(staging);
      await writeFile(join(staging, "text"), text);
    },
    onTemporary: (path) => temporary.push(path),
  };
  return { made, temporary, how };
}

const broken = async (staging: string): Promise<never> => {
  await writeFile(join(staging, "half"), "");
  throw new Error("broken");
};

describe("a build", () => {
  it("is made once", async () => {
    const { made, how } = maker();
    const first = await findOrMakeBuild(join(folder, "builds"), "a1", how);
    expect(await findOrMakeBuild(join(folder, "builds"), "a1", how)).toBe(first);
    expect(made).toHaveLength(1);
    expect(await readFile(join(first, "text"), "utf8")).toBe("made");
  });

  it("is whole for everybody when several make it at the same time, and nothing of the others is left", async () => {
    const makers = Array.from({ length: 5 }, () => maker());
    const found = await Promise.all(makers.map(({ how }) => findOrMakeBuild(folder, "a1", how)));
    expect(new Set(found)).toEqual(new Set([join(folder, "a1")]));
    expect(await readFile(join(folder, "a1/text"), "utf8")).toBe("made");
    expect(await readdir(folder)).toEqual(["a1"]);
  });

  it("that fails leaves nothing, and is made by the next", async () => {
    await expect(findOrMakeBuild(folder, "a1", { make: broken, onTemporary: () => {} })).rejects.toThrow("broken");
    expect(await readdir(folder)).toEqual([]);
    const { how } = maker();
    expect(await findOrMakeBuild(folder, "a1", how)).toBe(join(folder, "a1"));
  });

  it("is readable by its user only, since it may hold secrets", async () => {
    const { mode } = await stat(await findOrMakeBuild(folder, "a1", maker().how));
    expect(mode & 0o077).toBe(0);
  });

  it("is made in a temporary folder, which is told, if its own cannot be written", async () => {
    await write("file", "");
    const { temporary, how } = maker();
    const found = await findOrMakeBuild(join(folder, "file/builds"), "a1", how);
    expect(temporary).toEqual([dirname(found)]);
    expect(await readFile(join(found, "text"), "utf8")).toBe("made");
    await rm(dirname(found), { recursive: true });
  });
});

/** Makes builds, of which each next one was used later. */
async function makeBuilds(names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await mkdir(join(folder, name));
    await utimes(join(folder, name), 1000 + index, 1000 + index);
  }
}

const left = async () => (await readdir(folder)).toSorted();

describe("old builds", () => {
  it("are removed, except the two used last", async () => {
    await makeBuilds(["a1", "b2", "c3", "d4"]);
    await removeOldBuilds(folder);
    expect(await left()).toEqual(["c3", "d4"]);
  });

  it("are used when they are found", async () => {
    await makeBuilds(["a1", "b2", "c3"]);
    await findOrMakeBuild(folder, "a1", maker().how);
    await removeOldBuilds(folder);
    expect(await left()).toEqual(["a1", "c3"]);
  });

  it("stay while a server of theirs runs, and are removed after it", async () => {
    await makeBuilds(["a1", "b2", "c3", "d4"]);
    const run = await startRun(join(folder, "a1"));
    await utimes(join(folder, "a1"), 1, 1);
    await removeOldBuilds(folder);
    expect(await left()).toEqual(["a1", "c3", "d4"]);
    await run.remove();
    await utimes(join(folder, "a1"), 1, 1);
    await removeOldBuilds(folder);
    expect(await left()).toEqual(["c3", "d4"]);
  });

  it("do not stay for a process that was killed, nor does what it was building", async () => {
    await makeBuilds(["a1", "b2", "c3"]);
    await write(`a1/runs/${ownerPrefix(NO_PROCESS)}abc/assets/file`, "");
    await write(`.d4-${ownerPrefix(NO_PROCESS)}abc/half`, "");
    await write(`.e5-${ownerPrefix()}abc/half`, "");
    await utimes(join(folder, "a1"), 1, 1);
    await removeOldBuilds(folder);
    expect(await left()).toEqual([`.e5-${ownerPrefix()}abc`, "b2", "c3"]);
  });
});

describe("a folder of a process on another machine", () => {
  const name = `${ownerPrefix(NO_PROCESS, "elsewhere")}abc`;

  it.each([
    ["stays", 0, true],
    ["is removed after a week", 8 * 24 * 60 * 60, false],
  ])("%s, since nobody knows here whether the process runs", async (_what, ageSeconds, isKept) => {
    await mkdir(join(folder, "runs", name), { recursive: true });
    const time = Date.now() / 1000 - ageSeconds;
    await utimes(join(folder, "runs", name), time, time);
    const run = await startRun(folder);
    expect((await readdir(join(folder, "runs"))).includes(name)).toBe(isKept);
    await run.remove();
  });
});

describe("a run", () => {
  it("has a folder of its own, beside the runs of others and without those of killed processes", async () => {
    await write(`runs/${ownerPrefix(NO_PROCESS)}abc/file`, "");
    const [one, other] = [await startRun(folder), await startRun(folder)];
    expect(await readdir(join(folder, "runs"))).toHaveLength(2);
    await one.remove();
    expect((await stat(other.folder)).isDirectory()).toBe(true);
    await other.remove();
    expect(await readdir(join(folder, "runs"))).toEqual([]);
  });

  it("has a folder elsewhere if the build cannot be written", async () => {
    await write("runs", "a file");
    const run = await startRun(folder);
    expect(dirname(run.folder)).toBe(tmpdir());
    await run.remove();
    await expect(stat(run.folder)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
