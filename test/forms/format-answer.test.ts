import { describe, expect, it } from "vitest";
import type { FormOptions } from "../../src/contract/form-options.ts";
import { type Form, isDrawing, RawAnswer, ReferenceAnswer } from "../../src/contract/forms.ts";
import type { TaskName } from "../../src/florence/tasks.ts";
import { formatAnswer } from "../../src/forms/format-answer.ts";
import { CHUNK_BYTES } from "../../src/forms/svg-drawing.ts";
import type { Generation } from "../../src/inference/backend.ts";
import { boxes, oneOfEach, scoredBoxes } from "../support/answers.ts";
import { xmlElements } from "../support/strict-xml.ts";
import postprocess from "../vectors/florence-2/postprocess.json" with { type: "json" };

const bytes = Uint8Array.from({ length: 2 * CHUNK_BYTES + 1 }, (_, index) => index % 251);
const image = { bytes, format: "png", width: 400, height: 200, digest: "d1" } as const;

function generation(text: string): Generation {
  return { text, tokenIds: [0, 7, 2], tokenLogprobs: [0, -0.5, -Infinity], finishReason: "stop", promptTokens: 12 };
}

interface Wrote {
  readonly task?: TaskName;
  readonly answer?: (typeof oneOfEach)[number];
  readonly texts?: readonly string[];
}

function form(
  options: FormOptions,
  { task = "object-detection", answer = boxes("cat"), texts = [""] }: Wrote = {},
): Form {
  const prompts = texts.map((_, at) => `Locate ${at}.`);
  return formatAnswer({ task, image, prompts, generations: texts.map(generation), answer }, options);
}

function svg(options: FormOptions, wrote?: Wrote): string {
  const drawn = form(options, wrote);
  return isDrawing(drawn) ? [...drawn.pieces()].join("") : "";
}

describe("an answer's form", () => {
  it("is the answer itself where nothing is asked", () => {
    for (const answer of oneOfEach) {
      expect(form({}, { answer })).toBe(answer);
      expect(form({ format: "json" }, { answer })).toBe(answer);
    }
  });

  it("limits, writes boxes and adds outlines in one", () => {
    const answer = scoredBoxes(0.1, 0.7, 0.9);
    const options: FormOptions = { min_score: 0.5, max_objects: 1, box_format: "xywh", include: ["svg_path"] };
    expect(form(options, { answer })).toMatchObject({
      type: "boxes",
      box_format: "xywh",
      objects: [
        { label: "2", box: { x: 10, y: 50, width: 100, height: 100 }, svg_path: "M10,50L110,50L110,150L10,150Z" },
      ],
    });
  });

  it("is flat with the same options", () => {
    const options: FormOptions = { format: "flat", max_objects: 1, box_format: "xywh" };
    expect(form(options, { answer: scoredBoxes(0.1, 0.7) })).toMatchObject({
      type: "flat",
      labels: "1",
      first_width: 100,
    });
  });
});

describe("the raw form", () => {
  it("holds what was written for each prompt, as it was written", () => {
    const raw = RawAnswer.parse(form({ format: "raw" }, { texts: ["</s><s>cat<loc_1></s>", "dog"] }));
    expect(raw.generations.map(({ prompt, text }) => [prompt, text])).toEqual([
      ["Locate 0.", "</s><s>cat<loc_1></s>"],
      ["Locate 1.", "dog"],
    ]);
    expect(raw.generations[0]).toMatchObject({
      token_ids: [0, 7, 2],
      finish_reason: "stop",
      usage: { prompt_tokens: 12, completion_tokens: 3 },
    });
  });

  it("stays whole as JSON where a token was ruled out", () => {
    const raw: unknown = JSON.parse(JSON.stringify(form({ format: "raw" })));
    expect(RawAnswer.parse(raw).generations[0]?.token_logprobs).toEqual([0, -0.5, -3.4028234663852886e38]);
  });
});

describe("the reference's form", () => {
  it("is what Hugging Face gives, under the task's token", () => {
    const texts = ["</s><s>cat<loc_100><loc_200><loc_300><loc_400></s>"];
    expect(form({ compat: "reference" }, { texts })).toEqual({
      "<OD>": { bboxes: [[40, 40, 120, 80]], labels: ["cat"] },
    });
    expect(form({ compat: "reference" }, { task: "caption", texts: ["</s><s>a cat</s>"] })).toEqual({
      "<CAPTION>": "a cat",
    });
  });

  it("fits the contract whatever the reference gives", () => {
    for (const { expected } of postprocess.vectors) expect(ReferenceAnswer.parse(expected)).toEqual(expected);
  });
});

describe("the drawing", () => {
  it("holds the picture as it was sent", () => {
    const picture = xmlElements(svg({ overlay: "svg" })).find(({ name }) => name === "image");
    const [head, data = ""] = (picture?.attributes["href"] ?? "").split(",");
    expect(head).toBe("data:image/png;base64");
    expect(Uint8Array.from(atob(data), (character) => character.charCodeAt(0))).toEqual(bytes);
  });

  it("holds no picture where none is wanted", () => {
    expect(svg({ overlay: "svg", overlay_image: false })).not.toContain("<image");
  });

  it("shows the objects that the limits leave", () => {
    const drawn = svg({ overlay: "svg", min_score: 0.5 }, { answer: scoredBoxes(0.1, 0.7) });
    expect(xmlElements(drawn).flatMap(({ name, text }) => (name === "text" ? [text] : []))).toEqual(["1"]);
  });

  it("can be read again, and is known by what it shows", () => {
    const drawings = [
      form({ overlay: "svg" }),
      form({ overlay: "svg" }),
      form({ overlay: "svg", overlay_image: false }),
    ];
    const known = drawings.map((drawn) => (isDrawing(drawn) ? drawn.fingerprint : ""));
    expect(known[0]).toBe(known[1]);
    expect(known[0]).not.toBe(known[2]);
    const [drawn] = drawings;
    if (drawn === undefined || !isDrawing(drawn)) throw new Error("There is no drawing.");
    expect([...drawn.pieces()]).toEqual([...drawn.pieces()]);
  });

  it("is another where this program draws otherwise: what is known is the file, with the digest for the picture", () => {
    const drawn = form({ overlay: "svg" });
    const file = svg({ overlay: "svg" }).replace(/data:[^"]*/u, image.digest);
    expect(isDrawing(drawn) && drawn.fingerprint).toBe(file);
  });
});
