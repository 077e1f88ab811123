import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
import { API, KEY, report } from "./asking.mjs";

const baseURL = `${API}/openai/v1`;
/** The two providers: chat completions by the one for compatible servers, responses by OpenAI's own. */
const providers = {
  compatible: createOpenAICompatible({ name: "florence", baseURL, apiKey: KEY, includeUsage: true }),
  openai: createOpenAI({ baseURL, apiKey: KEY }),
};
const provider = providers[process.argv[2]];
const messages = (data) => [{ role: "user", content: [{ type: "file", mediaType: "image/jpeg", data }] }];
const options = (model, url) => ({ model: provider(model), messages: messages(url), maxRetries: 0 });
const bytesOf = (url) => Buffer.from(url.slice(url.indexOf(",") + 1), "base64");

await report({
  whole: async (model, url) => {
    const { text, usage } = await generateText(options(model, bytesOf(url)));
    return { content: text, usage };
  },
  parts: async (model, url) => {
    const result = streamText({ ...options(model, bytesOf(url)), onError: () => {} });
    let content = "";
    for await (const part of result.textStream) content += part;
    return { content, usage: await result.usage, finish: await result.finishReason };
  },
  broken: (model, url) => generateText(options(model, bytesOf(url))),
});
