import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curl, methodOf, program } from "../../src/playground/snippets.ts";
import { imageFromUrl } from "../../src/playground/selected-image.ts";
import { initialState, type SelectedImage, type State } from "../../src/playground/state.ts";

const tasks = [
  { name: "caption", path: "/v1/caption", summary: "", input: "none", answers: ["text"] },
  { name: "region-to-category", path: "/v1/region-to-category", summary: "", input: "region", answers: ["text"] },
] as const;

function imageNamed(name: string): SelectedImage {
  const source = new Blob(["a"], { type: "image/png" });
  return { name, source, displayUrl: "blob:a", size: { width: 100, height: 100 }, description: "", note: "" };
}

const state: State = { ...initialState, tasks, task: "region-to-category", image: imageNamed("a.png") };

/** Splits a command into words with bash. */
async function words(command: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("bash", ["-c", `printf '%s\\0' ${command}`]);
  return stdout.split("\0").slice(0, -1);
}

describe("the request as a curl command", () => {
  it("sends a file as the body, and the options in the query", async () => {
    expect(await words(curl(state, "https://api.example"))).toEqual([
      "curl",
      "-s",
      "-H",
      "content-type: image/png",
      "--data-binary",
      "@a.png",
      "https://api.example/v1/region-to-category?region=30%2C30%2C70%2C70",
    ]);
  });

  it("sends an image URL in JSON", async () => {
    const [, , , , , body = ""] = await words(
      curl({ ...state, image: imageFromUrl("https://a.example/it's.png") }, "https://api.example"),
    );
    expect(JSON.parse(body)).toEqual({
      image: "https://a.example/it's.png",
      normalized_region: { x1: 0.3, y1: 0.3, x2: 0.7, y2: 0.7 },
    });
  });

  it("quotes any file name as one word for the shell", async () => {
    const name = fc.string({ unit: "grapheme-ascii", minLength: 1 });
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        expect((await words(curl({ ...state, image: imageNamed(text) }, "https://a.example")))[5]).toBe(`@${text}`);
      }),
      { numRuns: 20 },
    );
  });

  it("is empty without an image", () => {
    expect([curl({ ...state, image: undefined }, ""), program({ ...state, image: undefined }, "")]).toEqual(["", ""]);
  });
});

describe("the request as a program", () => {
  it("calls the client's method of the task", () => {
    expect(program(state, "https://api.example").split("\n")).toEqual([
      'import { createFlorence } from "florence-edge-client";',
      'import { fromPath } from "florence-edge-client/node";',
      "",
      'const florence = createFlorence({ baseUrl: "https://api.example" });',
      'console.log(await florence.regionToCategory(fromPath("a.png"), { region: { x1: 30, y1: 30, x2: 70, y2: 70 } }));',
    ]);
    expect(
      program({ ...state, task: "caption", image: imageFromUrl("https://a.example/b.png") }, "https://c.example"),
    ).toContain('florence.caption("https://a.example/b.png")');
  });

  it("methodOf returns the method of a task by its name", () => {
    expect([methodOf("ocr-with-region"), methodOf("no-such-task")]).toEqual(["ocrWithRegion", undefined]);
  });
});
