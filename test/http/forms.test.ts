import { describe, expect, it } from "vitest";
import { createService } from "../../src/answering/answer.ts";
import { FlatAnswer, RawAnswer } from "../../src/contract/forms.ts";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { RenderPng } from "../../src/forms/png-drawing.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import { uncached } from "../support/calls.ts";
import { fakeBackend } from "../support/fake-backend.ts";
import { fakeApp } from "../support/fake-service.ts";
import { bilevelPng } from "../support/image-bytes.ts";
import { xmlElements } from "../support/strict-xml.ts";

const image = await bilevelPng(200, 100);
const locations = "<loc_100><loc_200><loc_300><loc_400>";

/** The response to a task if the model generates this text for every prompt. */
async function ask(
  path: string,
  text = `cat${locations}`,
  headers: Readonly<Record<string, string>> = {},
  renderPng?: RenderPng,
) {
  const { backend } = fakeBackend({ text, probability: 0.5 });
  const service = createService({ backend, find: uncached(backend), limits: ISOLATE_LIMITS, now: () => 0, renderPng });
  const { app } = fakeApp(service);
  const type = { "content-type": "image/png" };
  return app.request(path, { method: "POST", body: image, headers: { ...type, ...headers } });
}

const failingRenderer: RenderPng = () => Promise.reject(new Problem("image-corrupt", "The PNG cannot be decoded."));

const grounding = "/v1/caption-to-phrase-grounding?text=a+cat";
const detection = "/v1/open-vocabulary-detection?labels=cat";

describe("the query", () => {
  it("contains the options of a form", async () => {
    const response = await ask(`${grounding}&min_score=0.2&max_objects=3&box_format=xywh&include=svg_path,coco_rle`);
    expect(await response.json()).toMatchObject({
      box_format: "xywh",
      objects: [
        {
          box: { x: 20.1, y: 20.05, width: 40, height: 20 },
          svg_path: "M20.1,20.05L60.1,20.05L60.1,40.05L20.1,40.05Z",
          coco_rle: { size: [100, 200] },
        },
      ],
    });
  });

  it("may ask for the score of a text, which is not there otherwise", async () => {
    const text = "<s>a cat</s>";
    const region = "/v1/region-to-category?region=0,0,10,10";
    const plain = await (await ask(region, text)).json();
    const asked = await (await ask(`${region}&include=score`, text)).json();
    expect(asked).toEqual({ ...plain, score_type: "token-probability-geometric-mean", score: 0.5 });
    expect([Object.hasOwn(plain, "score"), Object.hasOwn(plain, "score_type")]).toEqual([false, false]);
    const flat = await (await ask(`${region}&include=score&format=flat`, text)).json();
    expect(FlatAnswer.parse(flat)).toMatchObject({ scores: "0.5", first_score: 0.5, score_type: asked.score_type });
  });

  it("may repeat `include`", async () => {
    const { objects } = await ask(`${grounding}&include=svg_path&include=coco_rle`).then((response) => response.json());
    expect(Object.keys(objects[0])).toContain("coco_rle");
  });

  it("filters objects by min_score", async () => {
    expect(await (await ask(`${grounding}&min_score=0.6`)).json()).toMatchObject({ type: "boxes", objects: [] });
  });

  it.each([
    ["min_score", "min_score=2"],
    ["max_objects", "max_objects=many"],
    ["include.1", "include=svg_path,mask"],
    ["overlay_image", "overlay=svg&overlay_image=maybe"],
    ["min_score", "format=raw&min_score=0.5"],
    ["labels", "labels=dog&compat=reference"],
  ])("is rejected with the path of the invalid field: %s of %s", async (path, query) => {
    const response = await ask(`${detection}&${query}`);
    const { code, issues } = ProblemDetails.parse(await response.json());
    expect([response.status, code, issues.map((issue) => issue.path)]).toEqual([400, "invalid-request", [path]]);
  });
});

describe("a response", () => {
  it("is flat with format=flat", async () => {
    const flat = FlatAnswer.parse(await (await ask(`${grounding}&format=flat`)).json());
    expect(flat).toMatchObject({ labels: "cat", first_x1: 20.1, scores: "0.5", task: "caption-to-phrase-grounding" });
  });

  it("is raw with format=raw, with a generation for each label", async () => {
    const raw = RawAnswer.parse(await (await ask(`${detection}&labels=dog&format=raw`, `${locations}</s>`)).json());
    expect(raw.usage).toEqual({ prompt_tokens: 24, completion_tokens: 10 });
    expect(raw.generations.map(({ prompt, text }) => [prompt, text])).toEqual([
      ["Locate cat in the image.", `${locations}</s>`],
      ["Locate dog in the image.", `${locations}</s>`],
    ]);
  });

  it("is the reference's with compat=reference", async () => {
    expect(await (await ask(`${detection}&compat=reference`)).json()).toEqual({
      "<OPEN_VOCABULARY_DETECTION>": {
        bboxes: [[20, 20, 60, 40]],
        bboxes_labels: ["cat"],
        polygons: [],
        polygons_labels: [],
      },
    });
  });

  it("is a drawing that may neither run scripts nor fetch anything", async () => {
    const response = await ask(`${grounding}&overlay=svg`);
    expect(response.headers.get("content-type")).toBe("image/svg+xml");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const elements = xmlElements(await response.text());
    expect(elements.find(({ name }) => name === "image")?.attributes["xlink:href"]).toMatch(
      /^data:image\/png;base64,iVBOR/u,
    );
    expect(elements.find(({ name }) => name === "text")?.text).toBe("cat");
  });

  it("is a PNG drawing where something draws it", async () => {
    const response = await ask(`${grounding}&overlay=png`, undefined, {}, async () => Uint8Array.of(1, 2, 3));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("is not drawn again for a caller that has it", async () => {
    let drawings = 0;
    const renderPng: RenderPng = async () => Uint8Array.of((drawings += 1));
    const first = await ask(`${grounding}&overlay=png`, undefined, {}, renderPng);
    const tag = { "if-none-match": first.headers.get("etag") ?? "" };
    const again = await ask(`${grounding}&overlay=png`, undefined, tag, renderPng);
    const other = await ask(`${grounding}&overlay=png&overlay_image=false`, undefined, tag, renderPng);
    expect([first.status, again.status, other.status, drawings]).toEqual([200, 304, 200, 2]);
  });

  it("is a problem if the PNG cannot be drawn", async () => {
    const response = await ask(`${grounding}&overlay=png`, undefined, {}, failingRenderer);
    expect(ProblemDetails.parse(await response.json())).toMatchObject({ code: "image-corrupt", status: 422 });
  });

  it("is a problem if nothing draws PNGs, before the image is read and the model asked", async () => {
    const { backend, requests } = fakeBackend({ text: "cat" });
    const limits = { ...ISOLATE_LIMITS, maxPixels: 1 };
    const service = createService({ backend, find: uncached(backend), limits, now: () => 0 });
    const init = { method: "POST", body: image, headers: { "content-type": "image/png" } };
    const response = await fakeApp(service).app.request(`${grounding}&overlay=png`, init);
    expect(ProblemDetails.parse(await response.json())).toMatchObject({ code: "png-unavailable", status: 400 });
    expect(requests).toEqual([]);
  });

  it("is 304 if the ETag matches, for a drawing too", async () => {
    for (const form of ["", "&format=flat", "&overlay=svg"]) {
      const first = await ask(grounding + form);
      const again = await ask(grounding + form, undefined, { "if-none-match": first.headers.get("etag") ?? "" });
      expect([first.status, again.status]).toEqual([200, 304]);
    }
  });

  it("has a different ETag for each form", async () => {
    const forms = ["", "&format=flat", "&format=raw", "&compat=reference", "&overlay=svg", "&box_format=xywh"];
    const tags = await Promise.all(forms.map(async (form) => (await ask(grounding + form)).headers.get("etag")));
    expect(new Set(tags).size).toBe(forms.length);
  });
});
