import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { ask, errorOf, PATH, withImage, withText } from "../support/chat.ts";
import { dialectApp, expectValid, jsonPost, pictureUri } from "../support/dialect-app.ts";
import { openAiErrorSchema } from "../support/openai-schemas.ts";

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
    ["a picture beside the messages", { image: pictureUri }, undefined, 400, "unsupported-parameter", "messages"],
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
    ["a part of no type", {}, withImage({ type: { toString: 1 } }), 400, "unsupported-parameter", "messages"],
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

  it("refuses a drawing before the model runs", async () => {
    const { app, generated } = dialectApp({ text: "<s>cat<loc_1><loc_2><loc_3><loc_4></s>" });
    const body = { model: "florence-2/object-detection", overlay: "svg", messages: withImage() };
    const response = await app.request(PATH, jsonPost(body));
    expect([response.status, generated]).toEqual([400, []]);
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
