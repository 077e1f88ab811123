import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAnswers } from "../../../tools/ask/answers-file.ts";
import { root } from "../../../tools/serve.ts";
import { runTool, startTool } from "../../support/tool.ts";

let home = "";
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "ask-"));
  await mkdir(join(home, "photos/old"), { recursive: true });
  await copyFile(join(root, "test/pictures/street.jpg"), join(home, "photos/street.jpg"));
  await copyFile(join(root, "test/pictures/garden.png"), join(home, "photos/old/garden.PNG"));
  await writeFile(join(home, "photos/broken.jpg"), "no picture");
  await writeFile(join(home, "photos/notes.txt"), "no picture either");
});
afterAll(() => rm(home, { recursive: true }));

const askFolder = (...more: string[]) =>
  runTool("ask.ts", ["--batch", "photos", "--task", "caption", "--beams", "1", ...more], { INIT_CWD: home });

const compare = (one: unknown, other: unknown): number => String(one).localeCompare(String(other));

async function linesIn(name: string): Promise<readonly Record<string, unknown>[]> {
  return (await readFile(join(home, name), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("npm run ask -- --batch", () => {
  it("writes a line for each picture below the folder, and goes on where it ended", async () => {
    const first = await askFolder();
    expect(first).toMatchObject({ status: 1 });
    expect(first.printed).toContain("street.jpg: two snails and two trucks on a pink background\n");
    expect(first.printed).toContain("broken.jpg: problem: ");
    const lines = await linesIn("photos.caption.jsonl");
    const byFile = new Map(lines.map((line) => [line["file"], line]));
    expect(new Set(byFile.keys())).toEqual(new Set(["broken.jpg", "old/garden.PNG", "street.jpg"]));
    expect(byFile.get("street.jpg")).toMatchObject({
      question: "caption?beams=1",
      answer: { task: "caption", text: "two snails and two trucks on a pink background" },
      problem: null,
    });
    expect(byFile.get("broken.jpg")).toMatchObject({ answer: null, problem: { detail: expect.any(String) } });

    // The broken one is mended: only it is asked about.
    await copyFile(join(root, "test/pictures/street.jpg"), join(home, "photos/broken.jpg"));
    expect(await askFolder()).toMatchObject({ status: 0 });
    const more = await linesIn("photos.caption.jsonl");
    expect(more.slice(3)).toMatchObject([{ file: "broken.jpg", problem: null }]);

    // Nothing is left: no server starts.
    const last = await askFolder();
    expect(last).toMatchObject({ status: 0 });
    expect(last.printed).toContain("3 of 3 are answered already.");
    expect(await linesIn("photos.caption.jsonl")).toHaveLength(4);
  });

  it("that is stopped has whole lines of what it answered, and the same command asks about the rest", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `${index}.jpg`);
    await mkdir(join(home, "many"));
    const street = await readFile(join(root, "test/pictures/street.jpg"));
    // Different files, so that each is work of its own.
    for (const [index, name] of names.entries()) {
      await writeFile(join(home, "many", name), Buffer.concat([street, Buffer.from([index])]));
    }
    const flags = ["--batch", "many", "--task", "dense-region-caption", "--out", "some.jsonl"];
    const stopped = startTool("ask.ts", flags, { INIT_CWD: home });
    await stopped.waitForOutput(/^\d+\.jpg: /mu);
    stopped.child.kill("SIGINT");
    expect(await stopped.ended).toBe(130);
    const before = await linesIn("some.jsonl");
    expect(before.length).toBeLessThan(names.length);
    expect(before.every(({ problem }) => problem === null)).toBe(true);
    expect(await runTool("ask.ts", flags, { INIT_CWD: home })).toMatchObject({ status: 0 });
    const after = await linesIn("some.jsonl");
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.map(({ file }) => file).toSorted(compare)).toEqual(names.toSorted(compare));
  });

  it.each([
    [["--batch", "photos", "picture.jpg"]],
    [["--batch", "photos", "--png"]],
    [["--batch", "photos", "--stream"]],
    [["photos/street.jpg", "--out", "answers.jsonl"]],
    [["--batch", "nowhere"]],
  ])("refuses %j", async (flags) => {
    expect(await runTool("ask.ts", flags, { INIT_CWD: home })).toMatchObject({ status: 2 });
  });
});

function lineOf(file: string, question: string, problem: unknown): string {
  return JSON.stringify({ file, question, answer: problem === null ? {} : null, problem });
}

describe("openAnswers()", () => {
  it("does not count another question, a problem, or a line that was cut off, and goes on after that", async () => {
    const path = join(home, "cut.jsonl");
    await writeFile(
      path,
      `${lineOf("a", "ocr", null)}\n${lineOf("b", "caption", null)}\n${lineOf("c", "ocr", {})}\n{"file":"d"`,
    );
    const answers = await openAnswers(path, "ocr");
    expect(["a", "b", "c", "d"].map((file) => answers.has(file))).toEqual([true, false, false, false]);
    await answers.add("d", { answer: {}, problem: null });
    expect((await openAnswers(path, "ocr")).has("d")).toBe(true);
  });
});
