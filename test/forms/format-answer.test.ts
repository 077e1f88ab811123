import { describe, expect, it } from "vitest";
import type { FormOptions } from "../../src/contract/form-options.ts";
import { type Form, isDrawing, RawAnswer, ReferenceAnswer, type SvgDrawing } from "../../src/contract/forms.ts";
import { type TaskName, tasks } from "../../src/florence/tasks.ts";
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

interface Generated {
  readonly task?: TaskName;
  readonly answer?: (typeof oneOfEach)[number];
  readonly texts?: readonly string[];
}

function form(
  options: FormOptions,
  { task = "object-detection", answer = boxes("cat"), texts = [""] }: Generated = {},
): Form {
  const prompts = texts.map((_, at) => `Locate ${at}.`);
  return formatAnswer({ task, image, prompts, generations: texts.map(generation), answer }, options);
}

function isSvg(drawing: Form): drawing is SvgDrawing {
  return isDrawing(drawing) && drawing.mediaType === "image/svg+xml";
}

function svg(options: FormOptions, generated?: Generated): string {
  const drawing = form(options, generated);
  return isSvg(drawing) ? [...drawing.chunks()].join("") : "";
}

describe("an answer's form", () => {
  it("is the answer itself by default", () => {
    for (const answer of oneOfEach) {
      expect(form({}, { answer })).toBe(answer);
      expect(form({ format: "json" }, { answer })).toBe(answer);
    }
  });

  it("combines limits, box format and outlines", () => {
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

  it("applies the same options to the flat form", () => {
    const options: FormOptions = { format: "flat", max_objects: 1, box_format: "xywh" };
    expect(form(options, { answer: scoredBoxes(0.1, 0.7) })).toMatchObject({
      type: "flat",
      labels: "1",
      first_width: 100,
    });
  });
});

describe("the raw form", () => {
  it("contains the unchanged generation of each prompt", () => {
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

  it("survives JSON if a token was excluded", () => {
    const raw: unknown = JSON.parse(JSON.stringify(form({ format: "raw" })));
    expect(RawAnswer.parse(raw).generations[0]?.token_logprobs).toEqual([0, -0.5, -3.4028234663852886e38]);
  });
});

describe("the reference form", () => {
  it("is what Hugging Face returns, under the task's token", () => {
    const texts = ["</s><s>cat<loc_100><loc_200><loc_300><loc_400></s>"];
    expect(form({ compat: "reference" }, { texts })).toEqual({
      "<OD>": { bboxes: [[40, 40, 120, 80]], labels: ["cat"] },
    });
    expect(form({ compat: "reference" }, { task: "caption", texts: ["</s><s>a cat</s>"] })).toEqual({
      "<CAPTION>": "a cat",
    });
  });

  it.each<[TaskName, readonly string[]]>([
    ["object-detection", ["bboxes", "labels"]],
    ["dense-region-caption", ["bboxes", "labels"]],
    ["region-proposal", ["bboxes", "labels"]],
    ["caption-to-phrase-grounding", ["bboxes", "labels"]],
    ["ocr-with-region", ["quad_boxes", "labels"]],
    ["referring-expression-segmentation", ["polygons", "labels"]],
    ["region-to-segmentation", ["polygons", "labels"]],
    ["open-vocabulary-detection", ["bboxes", "bboxes_labels", "polygons", "polygons_labels"]],
  ])("of an empty answer to %s has Hugging Face's keys, all empty lists, and no scores", (task, keys) => {
    const expected = { [tasks[task].token]: Object.fromEntries(keys.map((key) => [key, []])) };
    for (const text of ["", "</s><s></s>", "</s><s>no location</s>"]) {
      expect(form({ compat: "reference" }, { task, texts: [text] })).toStrictEqual(expected);
    }
  });

  it("fits the contract for every reference vector", () => {
    for (const { expected } of postprocess.vectors) expect(ReferenceAnswer.parse(expected)).toEqual(expected);
  });
});

describe("the drawing", () => {
  it("embeds the image as it was sent", () => {
    const element = xmlElements(svg({ overlay: "svg" })).find(({ name }) => name === "image");
    const [head, data = ""] = (element?.attributes["xlink:href"] ?? "").split(",");
    expect(head).toBe("data:image/png;base64");
    expect(Uint8Array.from(atob(data), (character) => character.charCodeAt(0))).toEqual(bytes);
  });

  it("embeds no image with overlay_image=false", () => {
    expect(svg({ overlay: "svg", overlay_image: false })).not.toContain("<image");
  });

  it("shows only the objects within the limits", () => {
    const file = svg({ overlay: "svg", min_score: 0.5 }, { answer: scoredBoxes(0.1, 0.7) });
    expect(xmlElements(file).flatMap(({ name, text }) => (name === "text" ? [text] : []))).toEqual(["1"]);
  });

  it("can be read twice, and has a fingerprint of its content", () => {
    const drawings = [
      form({ overlay: "svg" }),
      form({ overlay: "svg" }),
      form({ overlay: "svg", overlay_image: false }),
    ];
    const fingerprints = drawings.map((drawing) => (isDrawing(drawing) ? drawing.fingerprint : ""));
    expect(fingerprints[0]).toBe(fingerprints[1]);
    expect(fingerprints[0]).not.toBe(fingerprints[2]);
    const [first] = drawings;
    if (first === undefined || !isSvg(first)) throw new Error("There is no drawing.");
    expect([...first.chunks()]).toEqual([...first.chunks()]);
  });

  it("has as fingerprint the file with the digest in place of the image", () => {
    const drawing = form({ overlay: "svg" });
    const file = svg({ overlay: "svg" }).replace(/data:[^"]*/u, image.digest);
    expect(isDrawing(drawing) && drawing.fingerprint).toBe(file);
  });
});
