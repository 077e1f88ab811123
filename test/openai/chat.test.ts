import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { Service } from "../../src/contract/service.ts";
import { dataIn, dialectApp, expectValid, jsonPost, NOW_MS, picture, pictureUri } from "../support/dialect-app.ts";
import type { FakeGeneration } from "../support/fake-backend.ts";
import { cacheMiss, fakeAnswer } from "../support/fake-service.ts";
import { chatChunkSchema, chatCompletionSchema, openAiErrorSchema } from "../support/openai-schemas.ts";

const PATH = "/openai/v1/chat/completions";
const boxes = "<s>cat<loc_100><loc_200><loc_300><loc_400>dog<loc_1><loc_2><loc_3><loc_4></s>";
const withImage = (...parts: readonly object[]) => [
  { role: "user", content: [...parts, { type: "image_url", image_url: { url: pictureUri } }] },
];
const withText = (text: string) => withImage({ type: "text", text });

/** The response to a question about the picture. */
async function ask(of: Partial<Service> | FakeGeneration, body: object, messages: unknown = withImage()) {
  const { app } = dialectApp(of);
  const response = await app.request(PATH, jsonPost({ model: "florence-2/caption", messages, ...body }));
  return { response, status: response.status, text: await response.text() };
}

/** What `/v1` answers to the same. */
async function own(task: string, of: FakeGeneration, query = ""): Promise<unknown> {
  const { app } = dialectApp(of);
  const init = { method: "POST", body: picture, headers: { "content-type": "image/png" } };
  return (await app.request(`/v1/${task}${query}`, init)).json();
}

async function errorOf(body: object, messages?: unknown) {
  const { status, text } = await ask({ text: "<s>a cat</s>" }, body, messages);
  const parsed = JSON.parse(text);
  expectValid(openAiErrorSchema, parsed);
  return { status, ...parsed.error };
}

describe("chat completions", () => {
  it("answer a text task with its text, and with our answer beside it", async () => {
    const { text, response } = await ask({ text: "<s>a cat</s>" }, {});
    const body = JSON.parse(text);
    expectValid(chatCompletionSchema, body);
    expect(body).toMatchObject({
      id: "chatcmpl-request-1",
      created: NOW_MS / 1000,
      model: "florence-2/caption",
      choices: [
        { message: { role: "assistant", content: "a cat", florence: await own("caption", { text: "<s>a cat</s>" }) } },
      ],
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    });
    expect(response.headers.get("cache-status")).toContain("florence-edge");
  });

  it.each(["florence-2/object-detection", "florence-2"])("answer other tasks with JSON, named by %s", async (model) => {
    const { text } = await ask({ text: boxes }, { model }, withText("<OD>"));
    const { content } = JSON.parse(text).choices[0].message;
    expect(JSON.parse(content)).toEqual(await own("object-detection", { text: boxes }));
  });

  it("answer in words, if text is wanted", async () => {
    const { text } = await ask(
      { text: boxes },
      { model: "florence-2", response_format: { type: "text" } },
      withText("<OD>"),
    );
    expect(JSON.parse(text).choices[0].message.content).toBe("cat, dog");
  });

  it("answer a text task with JSON, if JSON is wanted", async () => {
    const { text } = await ask({ text: "<s>a cat</s>" }, { response_format: { type: "json_object" } });
    expect(JSON.parse(JSON.parse(text).choices[0].message.content)).toEqual(
      await own("caption", { text: "<s>a cat</s>" }),
    );
  });

  it("take the text of the message as the task's text, labels or region, and our options as keys", async () => {
    const { app, requests } = dialectApp({});
    const cases = [
      [{ model: "florence-2" }, withText("<CAPTION_TO_PHRASE_GROUNDING> a cat")],
      [{ model: "florence-2/open-vocabulary-detection", min_score: 0.5, max_completion_tokens: 20 }, withText("a dog")],
      [{ model: "florence-2/region-to-category" }, withText("<loc_1><loc_2><loc_3><loc_4>")],
      [{ model: "florence-2/open-vocabulary-detection", labels: ["a", "b"], max_tokens: 100_000 }, withImage()],
    ] as const;
    for (const [body, messages] of cases) await app.request(PATH, jsonPost({ ...body, messages }));
    expect(requests.map(({ task, options }) => [task, options])).toEqual([
      ["caption-to-phrase-grounding", { text: "a cat" }],
      ["open-vocabulary-detection", { text: "a dog", min_score: 0.5, max_new_tokens: 20 }],
      ["region-to-category", { region: "<loc_1><loc_2><loc_3><loc_4>" }],
      ["open-vocabulary-detection", { labels: ["a", "b"], max_new_tokens: 1024 }],
    ]);
  });

  it("take the picture that was sent last in a conversation, and the text of the last message", async () => {
    const { app, requests } = dialectApp({});
    const url = (name: string) => ({ type: "image_url", image_url: { url: `https://example.com/${name}` } });
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: [url("1.jpg")] },
      { role: "assistant", content: "a cat" },
      { role: "user", content: [url("2.jpg")] },
      { role: "user", content: "<OCR>" },
    ];
    await app.request(PATH, jsonPost({ model: "florence-2", messages }));
    expect(requests).toEqual([{ task: "ocr", image: { kind: "url", url: "https://example.com/2.jpg" }, options: {} }]);
  });

  it("accept parameters that change nothing, and null for what is not set", async () => {
    const neutral = {
      temperature: 0.2,
      top_p: 1,
      seed: 1,
      user: "u",
      store: false,
      metadata: {},
      n: 1,
      tools: [],
      stop: null,
    };
    expect((await ask({ text: "<s>a cat</s>" }, { ...neutral, max_tokens: null, tool_choice: "auto" })).status).toBe(
      200,
    );
  });

  it("have an ETag that does not depend on the request", async () => {
    const { app } = dialectApp({ text: "<s>a cat</s>" });
    const question = { model: "florence-2/caption", messages: withImage() };
    const first = await app.request(PATH, jsonPost(question, { "x-request-id": "one" }));
    const etag = first.headers.get("etag") ?? "";
    const second = await app.request(PATH, jsonPost(question, { "x-request-id": "two", "if-none-match": etag }));
    expect([second.status, second.headers.get("etag"), second.headers.get("x-request-id")]).toEqual([304, etag, "two"]);
  });
});

describe("what cannot be done", () => {
  it.each([
    ["a question without a task", { model: "florence-2" }, withText("What is this?"), 400, "task-required", "model"],
    ["a question to a task without text", {}, withText("What is this?"), 400, "unsupported-parameter", "messages"],
    ["an unknown model", { model: "gpt-4o" }, undefined, 404, "unknown-model", "model"],
    ["a model that is no name", { model: 4 }, undefined, 400, "invalid-request", "model"],
    ["two tasks", {}, withText("<OD>"), 400, "invalid-request", "messages"],
    [
      "a text that is given twice",
      { model: "florence-2/open-vocabulary-detection", text: "a" },
      withText("b"),
      400,
      "invalid-request",
      "messages",
    ],
    ["two answers", { n: 2 }, undefined, 400, "unsupported-parameter", "n"],
    ["tools", { tools: [{ type: "function" }] }, undefined, 400, "unsupported-parameter", "tools"],
    ["a choice of tools", { tool_choice: "required" }, undefined, 400, "unsupported-parameter", "tool_choice"],
    ["speech", { modalities: ["text", "audio"] }, undefined, 400, "unsupported-parameter", "modalities"],
    ["stop words", { stop: ["."] }, undefined, 400, "unsupported-parameter", "stop"],
    [
      "two pictures",
      {},
      withImage({ type: "image_url", image_url: { url: pictureUri } }),
      400,
      "unsupported-parameter",
      "messages",
    ],
    ["a recording", {}, withImage({ type: "input_audio", input_audio: {} }), 400, "unsupported-parameter", "messages"],
    [
      "a file by its id",
      {},
      [{ role: "user", content: [{ type: "image_url", image_url: {} }] }],
      400,
      "unsupported-parameter",
      "messages",
    ],
    ["no picture", {}, [{ role: "user", content: "<CAPTION>" }], 400, "image-required", "messages"],
    ["no message of the user", {}, [{ role: "system", content: "a" }], 400, "invalid-request", "messages"],
    ["no messages", {}, 7, 400, "invalid-request", "messages"],
    ["content of another kind", {}, [{ role: "user", content: 7 }], 400, "invalid-request", "messages"],
    [
      "a region that is none",
      { model: "florence-2/region-to-ocr" },
      withText("left"),
      400,
      "invalid-request",
      "region",
    ],
    ["no region", { model: "florence-2/region-to-ocr" }, undefined, 400, "region-required", "region"],
    ["an unknown option", { colour: 1 }, undefined, 400, "invalid-request", null],
    ["a drawing", { overlay: "svg" }, undefined, 400, "invalid-request", "overlay"],
    ["an unknown format", { response_format: { type: "xml" } }, undefined, 400, "invalid-request", "response_format"],
    ["no tokens", { max_tokens: 0 }, undefined, 400, "invalid-request", "max_new_tokens"],
  ])("refuses %s", async (_, body, messages, status, code, param) => {
    expect(await errorOf(body, messages)).toMatchObject({ status, code, param });
  });

  it("refuses a picture that is none, in a message with title and fix", async () => {
    const { app } = dialectApp({ text: "<s>a cat</s>" });
    const url = `data:image/png;base64,${btoa("x")}`;
    const messages = [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
    const response = await app.request(PATH, jsonPost({ model: "florence-2/caption", messages }));
    const { error } = await response.json();
    expect([response.status, error.type, error.code]).toEqual([415, "invalid_request_error", "unsupported-image"]);
    expect(error.message).toContain("The image's format is not supported. ");
    expect(error.message).toContain(" Send a JPEG, PNG, WebP or GIF.");
  });

  it.each([
    ["overloaded", 503, "server_error", "2"],
    ["rate-limited", 429, "rate_limit_error", "2"],
    ["insufficient-credits", 402, "insufficient_quota", null],
    ["scope-missing", 403, "permission_error", null],
    ["key-missing", 401, "authentication_error", null],
    ["internal", 500, "server_error", null],
  ] as const)("tells %s by its status and type", async (code, status, type, retryAfter) => {
    const { response, text } = await ask({ answer: () => Promise.reject(new Problem(code, "So.")) }, {});
    expectValid(openAiErrorSchema, JSON.parse(text));
    expect([response.status, JSON.parse(text).error.type, response.headers.get("retry-after")]).toEqual([
      status,
      type,
      retryAfter,
    ]);
    expect(response.headers.get("x-request-id")).toBe("request-1");
  });

  it.each([
    ["GET", PATH, 405, "method-not-allowed"],
    ["POST", "/openai/v1/embeddings", 404, "not-found"],
  ])("tells %s %s in the same shape", async (method, path, status, code) => {
    const response = await dialectApp({}).app.request(path, { method });
    expect([response.status, (await response.json()).error.code]).toEqual([status, code]);
  });

  it.each([
    ["text/plain", 415, "unsupported-media-type"],
    ["application/json", 400, "invalid-json"],
  ])("refuses a body of %s that is no JSON", async (type, status, code) => {
    const init = { method: "POST", body: "hello", headers: { "content-type": type } };
    const response = await dialectApp({}).app.request(PATH, init);
    expect([response.status, (await response.json()).error.code]).toEqual([status, code]);
  });
});

const inParts: Partial<Service> = {
  stream: async (_request, _call, emit) => {
    emit({ type: "delta", text: "a" }, cacheMiss);
    emit({ type: "delta", text: " cat" }, cacheMiss);
    emit({ type: "done", answer: fakeAnswer }, cacheMiss);
  },
};

describe("streams", () => {
  it("send a text in parts, then why it ended, the usage and [DONE]", async () => {
    const { text, response } = await ask(inParts, { stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const events = dataIn(text);
    expect(events.map(({ name }) => name).join("")).toBe("");
    expect(events.at(-1)?.data).toBe("[DONE]");
    const chunks = events.slice(0, -1).map(({ data }) => JSON.parse(data));
    for (const chunk of chunks) expectValid(chatChunkSchema, chunk);
    expect(chunks.map(({ choices, usage }) => [choices[0]?.delta ?? null, choices[0]?.finish_reason, usage])).toEqual([
      [{ role: "assistant", content: "" }, null, null],
      [{ content: "a" }, null, null],
      [{ content: " cat" }, null, null],
      [{ florence: fakeAnswer }, "stop", null],
      [null, undefined, { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }],
    ]);
  });

  it("send no chunk without choices to who did not ask for the usage", async () => {
    const chunks = dataIn((await ask(inParts, { stream: true })).text).slice(0, -1);
    for (const { data } of chunks) expect(JSON.parse(data).choices).toHaveLength(1);
  });

  it("send JSON in one part", async () => {
    const { text } = await ask({ text: boxes }, { model: "florence-2/object-detection", stream: true });
    const chunks = dataIn(text)
      .slice(0, -1)
      .map(({ data }) => JSON.parse(data));
    const contents = chunks.flatMap(({ choices }) => choices[0].delta.content ?? []);
    expect(contents).toHaveLength(2);
    expect(JSON.parse(contents.join(""))).toEqual(await own("object-detection", { text: boxes }));
  });

  it("have the status of a problem that comes before the first part", async () => {
    const { status, text } = await ask(
      { stream: () => Promise.reject(new Problem("overloaded", "So.")) },
      { stream: true },
    );
    expect([status, JSON.parse(text).error.code]).toEqual([503, "overloaded"]);
  });

  it("send a problem that comes later as an event, then [DONE]", async () => {
    const { text, status } = await ask(
      {
        stream: async (_request, _call, emit) => {
          emit({ type: "delta", text: "a" }, cacheMiss);
          throw new Problem("backend-failed", "broke");
        },
      },
      { stream: true },
    );
    const events = dataIn(text);
    const failure = JSON.parse(events.at(-2)?.data ?? "");
    expectValid(openAiErrorSchema, failure);
    expect([status, failure.error.code, events.at(-1)?.data]).toEqual([200, "backend-failed", "[DONE]"]);
  });

  it("are refused for other forms of the answer, as elsewhere", async () => {
    expect(await errorOf({ stream: true, format: "flat" })).toMatchObject({ status: 400, code: "invalid-request" });
  });

  it("answer a wrong schema with a problem, although all was generated", async () => {
    const format = { type: "json_schema", json_schema: { name: "x", schema: { type: "string" } } };
    expect(await errorOf({ stream: true, response_format: format })).toMatchObject({
      status: 400,
      code: "unsupported-schema",
    });
  });
});
