import { describe, expect, it } from "vitest";
import { ask, boxes, own, PATH, withImage, withText } from "../support/chat.ts";
import { dialectApp, expectValid, jsonPost, NOW_MS } from "../support/dialect-app.ts";
import { chatCompletionSchema } from "../support/openai-schemas.ts";

const url = (name: string) => ({ type: "image_url", image_url: { url: `https://example.com/${name}` } });

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
