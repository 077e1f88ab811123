import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { Service } from "../../src/contract/service.ts";
import { ask, boxes, errorOf, own } from "../support/chat.ts";
import { dataIn, expectValid } from "../support/dialect-app.ts";
import { cacheMiss, fakeAnswer } from "../support/fake-service.ts";
import { chatChunkSchema, openAiErrorSchema } from "../support/openai-schemas.ts";

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
