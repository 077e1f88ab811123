import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { Service } from "../../src/contract/service.ts";
import { dataIn, dialectApp, expectValid, jsonPost, pictureUri } from "../support/dialect-app.ts";
import { cacheMiss, fakeAnswer } from "../support/fake-service.ts";
import { modelsSchema, openAiErrorSchema, responseEventSchema, responseSchema } from "../support/openai-schemas.ts";

const PATH = "/openai/v1/responses";
const input = [{ role: "user", content: [{ type: "input_image", image_url: pictureUri, detail: "auto" }] }];

const format = (schema: object) => ({ text: { format: { type: "json_schema", name: "x", schema } } });

async function ask(service: Partial<Service>, body: object) {
  const { app, requests } = dialectApp(service);
  const response = await app.request(PATH, jsonPost({ model: "florence-2/caption", input, ...body }));
  return { requests, response, status: response.status, text: await response.text() };
}

describe("responses", () => {
  it("answer with a message", async () => {
    const body = JSON.parse((await ask({}, {})).text);
    expectValid(responseSchema, body);
    expect(body).toMatchObject({
      id: "resp_request-1",
      status: "completed",
      output: [{ content: [{ type: "output_text", text: "a cat" }], florence: fakeAnswer }],
      usage: { input_tokens: 9, output_tokens: 4, total_tokens: 13 },
    });
  });

  it("say that an answer is incomplete", async () => {
    const cut = { ...fakeAnswer, finish_reason: "length" } as const;
    const body = JSON.parse(
      (await ask({ answer: async () => ({ answer: cut, cache: cacheMiss, timings: {} }) }, {})).text,
    );
    expectValid(responseSchema, body);
    expect([body.status, body.incomplete_details]).toEqual(["incomplete", { reason: "max_output_tokens" }]);
  });

  it("tell OpenAI's parameters from our options of the same names", async () => {
    const theirs = {
      text: { format: { type: "text" } },
      include: ["reasoning.encrypted_content"],
      max_output_tokens: 9,
      store: false,
    };
    const { requests } = await ask({}, theirs);
    const ours = await ask({}, { include: ["message.output_text.logprobs", "score"] });
    expect([requests[0]?.options, ours.requests[0]?.options]).toEqual([{ max_new_tokens: 9 }, { include: ["score"] }]);
  });

  it("answer with a schema that the answer fits, and refuse another", async () => {
    const good = await ask({}, format({ type: "object", required: ["text"] }));
    const bad = await ask({}, format({ type: "object", required: ["colour"] }));
    expect(JSON.parse(JSON.parse(good.text).output[0].content[0].text)).toEqual(fakeAnswer);
    expect([bad.status, JSON.parse(bad.text).error.code]).toEqual([400, "unsupported-schema"]);
  });

  it("stream as named events in order", async () => {
    const events = dataIn((await ask({}, { stream: true })).text);
    const parsed = events.map(({ data }) => JSON.parse(data));
    for (const event of parsed) expectValid(responseEventSchema, event);
    expect(events.map(({ name }) => name)).toEqual(parsed.map(({ type }) => type));
    expect(parsed.map(({ sequence_number: number }) => number)).toEqual(parsed.map((_, index) => index));
    expect(parsed.map(({ type }) => type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(parsed.at(-1).response.output[0].content[0].text).toBe("a cat");
  });

  it("tell a problem within the stream as an event", async () => {
    const { text } = await ask(
      {
        stream: async (_request, _call, emit) => {
          emit({ type: "delta", text: "a" }, cacheMiss);
          throw new Problem("backend-failed", "broke");
        },
      },
      { stream: true },
    );
    const last = dataIn(text).at(-1);
    expectValid(responseEventSchema, JSON.parse(last?.data ?? ""));
    expect([last?.name, JSON.parse(last?.data ?? "").code]).toEqual(["error", "backend-failed"]);
  });

  it.each([
    ["an earlier response", { previous_response_id: "resp_1" }, "previous_response_id"],
    ["background work", { background: true }, "background"],
    ["tools", { tools: [{ type: "web_search" }] }, "tools"],
  ])("refuse %s", async (_, body, param) => {
    const { status, text } = await ask({}, body);
    expectValid(openAiErrorSchema, JSON.parse(text));
    expect([status, JSON.parse(text).error]).toMatchObject([400, { code: "unsupported-parameter", param }]);
  });

  it("name the parameter with the picture", async () => {
    const { text } = await ask({}, { input: "<CAPTION>" });
    expect(JSON.parse(text).error).toMatchObject({ code: "image-required", param: "input" });
  });
});

describe("models", () => {
  const { app } = dialectApp({});

  it("are the model, and each task as a model", async () => {
    const list = await (await app.request("/openai/v1/models")).json();
    expectValid(modelsSchema, list);
    const ids = list.data.map(({ id }: { readonly id: string }) => id);
    expect(ids).toHaveLength(16);
    expect(ids).toEqual(expect.arrayContaining(["florence-2", "florence-2/caption", "florence-2/object-detection"]));
  });

  it.each(["florence-2", "florence-2/caption", "florence-2%2Fcaption"])(
    "are found by their names: %s",
    async (name) => {
      const model = await (await app.request(`/openai/v1/models/${name}`)).json();
      expectValid(modelsSchema, model);
      expect(model.id).toBe(decodeURIComponent(name));
    },
  );

  it.each(["gpt-4o", "florence-2/poetry", "%FF"])("are not found by others: %s", async (name) => {
    const response = await app.request(`/openai/v1/models/${name}`);
    expect([response.status, (await response.json()).error.code]).toEqual([404, "unknown-model"]);
  });
});
