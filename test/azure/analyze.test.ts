import { describe, expect, it } from "vitest";
import type { ImageInput } from "../../src/contract/service.ts";
import { Problem, type ProblemCode } from "../../src/contract/problems.ts";
import { azureErrorSchema, azureResultSchema } from "../support/azure-schema.ts";
import { dialectApp, expectValid, jsonPost, picture } from "../support/dialect-app.ts";

const PATH = "/computervision/imageanalysis:analyze";
const VERSION = "api-version=2023-10-01";
const places =
  "<s>a man<loc_100><loc_200><loc_300><loc_400>cat<loc_1><loc_2><loc_3><loc_4>cat<loc_500><loc_2><loc_700><loc_400></s>";
const quads = "<s>STOP SIGN<loc_0><loc_0><loc_900><loc_0><loc_900><loc_500><loc_0><loc_500></s>";
const bytes = { method: "POST", body: picture, headers: { "content-type": "application/octet-stream" } };

/** The response to an analysis, if the model generates this text for every prompt, each token with a probability of one half. */
async function analyze(query: string, text = "<s>a cat</s>", init: RequestInit = bytes) {
  const { app, generated } = dialectApp({ text, probability: 0.5 });
  const response = await app.request(`${PATH}?${VERSION}&${query}`, init);
  return { response, generated, body: await response.json() };
}

/** The API over a service that notes the images that it is asked about. */
function recordingApp() {
  const analyzed: ImageInput[] = [];
  const { app } = dialectApp({
    analyze: ({ image }) => {
      analyzed.push(image);
      return Promise.reject(new Problem("unknown-upload", "So."));
    },
  });
  return { app, analyzed };
}

describe("an analysis", () => {
  it("has the caption with its score", async () => {
    const { body, response } = await analyze("features=caption");
    expectValid(azureResultSchema, body);
    expect(body).toEqual({
      modelVersion: "fake@1",
      captionResult: { text: "a cat", confidence: 0.5 },
      metadata: { width: 200, height: 100 },
    });
    expect(response.headers.get("apim-request-id")).toBe("request-1");
  });

  it("has the whole image as its first dense caption, and at most ten", async () => {
    const { body } = await analyze("features=denseCaptions", places);
    expectValid(azureResultSchema, body);
    const { values } = body.denseCaptionsResult;
    expect(values[0].boundingBox).toEqual({ x: 0, y: 0, w: 200, h: 100 });
    expect(values[1]).toEqual({ text: "a man", confidence: 0.5, boundingBox: { x: 20, y: 20, w: 40, h: 20 } });
    const many = await analyze("features=denseCaptions", `<s>${"x<loc_1><loc_2><loc_3><loc_4>".repeat(20)}</s>`);
    expect(many.body.denseCaptionsResult.values).toHaveLength(10);
  });

  it("has objects on whole pixels, and each label once as a tag, the best first", async () => {
    const { body } = await analyze("features=objects,tags", places);
    expectValid(azureResultSchema, body);
    expect(body.objectsResult.values[0]).toEqual({
      boundingBox: { x: 20, y: 20, w: 40, h: 20 },
      tags: [{ name: "a man", confidence: 0.5 }],
    });
    expect(body.tagsResult.values.map(({ name }: { readonly name: string }) => name)).toEqual(["a man", "cat"]);
  });

  it("has lines of text, and words in proportion to their letters", async () => {
    const { body } = await analyze("features=read", quads);
    expectValid(azureResultSchema, body);
    const [line] = body.readResult.blocks[0].lines;
    expect(line).toMatchObject({ text: "STOP SIGN", words: [{ text: "STOP", confidence: 0.5 }, { text: "SIGN" }] });
    expect(line.words[0].boundingPolygon).toEqual([
      { x: 0, y: 0 },
      { x: 80, y: 0 },
      { x: 80, y: 50 },
      { x: 0, y: 50 },
    ]);
  });

  it("has one block without lines for an image without text", async () => {
    const { body } = await analyze("features=read", "<s></s>");
    expectValid(azureResultSchema, body);
    expect(body.readResult).toEqual({ blocks: [{ lines: [] }] });
  });

  it("has people", async () => {
    const { body, generated } = await analyze("features=people", places);
    expectValid(azureResultSchema, body);
    expect(body.peopleResult.values).toHaveLength(3);
    expect(generated[0]?.prompts).toEqual(["Locate person in the image."]);
  });

  it("is one look at the image for all features, and asks for each task once", async () => {
    const { body, generated } = await analyze(
      "features=Caption%2CDenseCaptions,Objects,tags&features=Read,People",
      places,
    );
    expectValid(azureResultSchema, body);
    expect(generated).toHaveLength(1);
    expect(generated[0]?.prompts).toHaveLength(5);
    expect(Object.keys(body).toSorted()).toEqual(
      [
        ...["caption", "denseCaptions", "objects", "people", "read", "tags"].map((name) => `${name}Result`),
        "metadata",
        "modelVersion",
      ].toSorted(),
    );
  });

  it("names no sex, if it is asked not to", async () => {
    const { body } = await analyze("features=denseCaptions&gender-neutral-caption=True", places);
    expect(body.denseCaptionsResult.values[1].text).toBe("a person");
  });

  it("takes an image by its address", async () => {
    const { app } = dialectApp({ text: "" });
    const response = await app.request(
      `${PATH}?${VERSION}&features=caption`,
      jsonPost({ url: "http://10.0.0.1/a.jpg" }),
    );
    const body = await response.json();
    expectValid(azureErrorSchema, body);
    expect([response.status, body.error.innererror.code]).toEqual([400, "InvalidImageUrl"]);
  });

  it.each(["language=EN", "model-version=latest", "gender-neutral-caption=false"])("accepts %s", async (query) => {
    expect((await analyze(`features=caption&${query}`)).response.status).toBe(200);
  });
});

const tooLong = { url: `https://example.com/${"a".repeat(4096)}` };

describe("what cannot be done", () => {
  it.each<[string, string, string, RequestInit?]>([
    ["smart crops", "features=caption,smartCrops", "NotSupportedVisualFeature"],
    ["crops of a ratio", "features=caption&smartCrops-aspect-ratios=0.9", "NotSupportedVisualFeature"],
    ["an unknown feature", "features=faces", "NotSupportedVisualFeature"],
    ["no feature", "features=", "BadArgument"],
    ["another language", "features=caption&language=de", "NotSupportedLanguage"],
    ["a model of one's own", "model-name=mine", "BadArgument"],
    ["another version of the model", "features=caption&model-version=2024-01-01", "BadArgument"],
    ["a flag that is none", "features=caption&gender-neutral-caption=maybe", "BadArgument"],
    ["no image", "features=caption", "InvalidImageFormat", { ...bytes, body: "" }],
    ["an image that is none", "features=caption", "InvalidImageFormat", { ...bytes, body: "hello" }],
    ["no address", "features=caption", "BadArgument", jsonPost({})],
    ["a long address", "features=caption", "BadArgument", jsonPost(tooLong)],
    [
      "a body that is no JSON",
      "features=caption",
      "BadArgument",
      { ...bytes, headers: { "content-type": "application/json" } },
    ],
  ])("refuses %s in Azure's words", async (_, query, inner, init = bytes) => {
    const { body, response } = await analyze(query, "<s>a cat</s>", init);
    expectValid(azureErrorSchema, body);
    expect([response.status, body.error.code, body.error.innererror.code]).toEqual([400, "InvalidRequest", inner]);
    expect(response.headers.get("x-ms-error-code")).toBe("InvalidRequest");
    expect(response.headers.get("apim-request-id")).toBe("request-1");
  });

  it("takes the handle of an upload in the place of an address", async () => {
    const { app, analyzed } = recordingApp();
    await app.request(`${PATH}?${VERSION}&features=caption`, jsonPost({ url: "upload_1" }));
    expect(analyzed).toEqual([{ kind: "upload", handle: "upload_1" }]);
  });

  it.each(["", "api-version=2023-04-01-preview&"])("refuses other versions of the API: '%s'", async (version) => {
    const response = await dialectApp({ text: "" }).app.request(`${PATH}?${version}features=caption`, bytes);
    expect([response.status, (await response.json()).error.innererror.code]).toEqual([400, "BadArgument"]);
  });

  it.each<[ProblemCode, number, string, string]>([
    ["key-invalid", 401, "401", "key-invalid"],
    ["rate-limited", 429, "429", "rate-limited"],
    ["insufficient-credits", 402, "402", "insufficient-credits"],
    ["overloaded", 503, "InternalServerError", "overloaded"],
    ["image-too-many-pixels", 400, "InvalidRequest", "InvalidImageSize"],
    ["image-corrupt", 400, "InvalidRequest", "InvalidImageFormat"],
    ["backend-failed", 502, "InternalServerError", "FailedToProcess"],
  ])("tells %s as %i", async (code, status, outer, inner) => {
    const { app } = dialectApp({ analyze: () => Promise.reject(new Problem(code, "So.")) });
    const response = await app.request(`${PATH}?${VERSION}&features=caption`, bytes);
    const body = await response.json();
    expectValid(azureErrorSchema, body);
    expect([response.status, body.error.code, body.error.innererror.code]).toEqual([status, outer, inner]);
  });

  it("fails as a whole if one of its tasks does", async () => {
    const { app } = dialectApp({
      analyze: async () => {
        const cache = { hit: false, fwd: undefined, stored: false, collapsed: false, stale: false, age: 0 } as const;
        return { results: [new Problem("backend-failed", "So.")], cache, timings: {} };
      },
    });
    const response = await app.request(`${PATH}?${VERSION}&features=caption`, bytes);
    expect([response.status, (await response.json()).error.innererror.code]).toEqual([502, "FailedToProcess"]);
  });

  it.each([
    ["GET", PATH, 405],
    ["POST", "/computervision/retrieval:vectorizeImage", 404],
  ])("tells %s %s in Azure's shape", async (method, path, status) => {
    const response = await dialectApp({}).app.request(path, { method });
    const body = await response.json();
    expectValid(azureErrorSchema, body);
    expect([response.status, body.error.code]).toEqual([status, String(status)]);
  });
});
