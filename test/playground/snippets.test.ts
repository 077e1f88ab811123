import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curl, methodOf, program } from "../../src/playground/snippets.ts";
import { pictureAt } from "../../src/playground/selected-image.ts";
import { initialState, type Picture, type State } from "../../src/playground/state.ts";

const tasks = [
  { name: "caption", path: "/v1/caption", summary: "", input: "none", answers: ["text"] },
  { name: "region-to-category", path: "/v1/region-to-category", summary: "", input: "region", answers: ["text"] },
] as const;

function picture(name: string): Picture {
  const image = new Blob(["a"], { type: "image/png" });
  return { name, image, shown: "blob:a", size: { width: 100, height: 100 }, description: "", note: "" };
}

const asked: State = { ...initialState, tasks, task: "region-to-category", picture: picture("a.png") };

/** The words that a shell makes of a command. */
async function words(command: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("bash", ["-c", `printf '%s\\0' ${command}`]);
  return stdout.split("\0").slice(0, -1);
}

describe("the question as a command", () => {
  it("sends a file as it is, and the options in the query", async () => {
    expect(await words(curl(asked, "https://api.example"))).toEqual([
      "curl",
      "-s",
      "-H",
      "content-type: image/png",
      "--data-binary",
      "@a.png",
      "https://api.example/v1/region-to-category?region=30%2C30%2C70%2C70",
    ]);
  });

  it("sends an address as JSON", async () => {
    const [, , , , , body = ""] = await words(
      curl({ ...asked, picture: pictureAt("https://a.example/it's.png") }, "https://api.example"),
    );
    expect(JSON.parse(body)).toEqual({
      image: "https://a.example/it's.png",
      normalized_region: { x1: 0.3, y1: 0.3, x2: 0.7, y2: 0.7 },
    });
  });

  it("is one word for the shell, whatever a file is called", async () => {
    const name = fc.string({ unit: "grapheme-ascii", minLength: 1 });
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        expect((await words(curl({ ...asked, picture: picture(text) }, "https://a.example")))[5]).toBe(`@${text}`);
      }),
      { numRuns: 20 },
    );
  });

  it("is nothing without a picture", () => {
    expect([curl({ ...asked, picture: undefined }, ""), program({ ...asked, picture: undefined }, "")]).toEqual([
      "",
      "",
    ]);
  });
});

describe("the question as a program", () => {
  it("asks the client's method for it", () => {
    expect(program(asked, "https://api.example").split("\n")).toEqual([
      'import { createFlorence } from "florence-edge-client";',
      'import { fromPath } from "florence-edge-client/node";',
      "",
      'const florence = createFlorence({ baseUrl: "https://api.example" });',
      'console.log(await florence.regionToCategory(fromPath("a.png"), { region: { x1: 30, y1: 30, x2: 70, y2: 70 } }));',
    ]);
    expect(
      program({ ...asked, task: "caption", picture: pictureAt("https://a.example/b.png") }, "https://c.example"),
    ).toContain('florence.caption("https://a.example/b.png")');
  });

  it("knows the method of a task by its name", () => {
    expect([methodOf("ocr-with-region"), methodOf("no-such-task")]).toEqual(["ocrWithRegion", undefined]);
  });
});
