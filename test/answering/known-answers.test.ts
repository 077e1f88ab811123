import { describe, expect, it } from "vitest";
import { createKnownAnswers } from "../../src/answering/known-answers.ts";
import type { TaskGenerations } from "../../src/answering/parse-answer.ts";
import type { TaskRequest } from "../../src/contract/service.ts";
import type { AbsentImage, Generation } from "../../src/inference/backend.ts";

const image: AbsentImage = { format: "png", width: 640, height: 480, digest: "a" };
const generation: Generation = {
  tokenIds: [0, 5, 2],
  tokenLogprobs: [0, -0.1, -0.2],
  text: "<s>a cat</s>",
  finishReason: "stop",
  promptTokens: 9,
};
const model = { id: "m", revision: "1", dtype: "fp32", imageSize: 256, firstLocationId: 100 };
const result: TaskGenerations = { image, generations: [generation], model };

function request(): TaskRequest {
  return { task: "caption", image: { kind: "base64", text: "QUJD" }, options: {} };
}

describe("a known answer", () => {
  it("is rendered once for the same request, image, model and generations", () => {
    const known = createKnownAnswers();
    const asked = request();
    const prepared = known.prepared(asked, image);
    const form = known.rendered(asked, prepared, result);
    expect(known.prepared(asked, image)).toBe(prepared);
    expect(known.rendered(asked, prepared, { ...result, generations: [generation] })).toBe(form);
  });

  it.each([
    { image: { ...image, digest: "b" } },
    { image: { ...image, width: 320 } },
    { image: { ...image, height: 320 } },
    { model: { ...model } },
    { generations: [{ ...generation }] },
  ])("is rendered again where %o differs", (change) => {
    const known = createKnownAnswers();
    const asked = request();
    const prepared = known.prepared(asked, image);
    const form = known.rendered(asked, prepared, result);
    expect(known.rendered(asked, prepared, { ...result, ...change })).not.toBe(form);
  });

  it("tells another model and another text", () => {
    const known = createKnownAnswers();
    const asked = request();
    const prepared = known.prepared(asked, image);
    known.rendered(asked, prepared, result);
    const other = { model: { ...model, revision: "2" }, generations: [{ ...generation, text: "<s>a dog</s>" }] };
    const form = known.rendered(asked, prepared, { ...result, ...other });
    expect(form).toMatchObject({ text: "a dog", model: { revision: "2" } });
  });

  it("is another request's never", () => {
    const known = createKnownAnswers();
    const [one, other] = [request(), request()];
    const form = known.rendered(one, known.prepared(one, image), result);
    expect(known.rendered(other, known.prepared(other, image), result)).not.toBe(form);
  });

  it("is prepared again for an image of another size", () => {
    const known = createKnownAnswers();
    const asked = request();
    const prepared = known.prepared(asked, image);
    expect(known.prepared(asked, { ...image, width: 320 })).not.toBe(prepared);
  });

  it("is not kept for a request that contains the bytes of its image", () => {
    const known = createKnownAnswers();
    const asked: TaskRequest = { ...request(), image: { kind: "bytes", bytes: new Uint8Array(9) } };
    const prepared = known.prepared(asked, image);
    const form = known.rendered(asked, prepared, result);
    expect([prepared.isRemembered, known.prepared(asked, image) === prepared]).toEqual([false, false]);
    expect(known.rendered(asked, prepared, result)).not.toBe(form);
  });
});
