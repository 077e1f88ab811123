import { ChatOpenAI } from "@langchain/openai";
import { API, KEY, report } from "./asking.mjs";

const modelOf = (model) =>
  new ChatOpenAI({ model, apiKey: KEY, maxRetries: 0, configuration: { baseURL: `${API}/openai/v1` } });
const messages = (url) => [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];

await report({
  whole: async (model, url) => {
    const { content, usage_metadata: usage } = await modelOf(model).invoke(messages(url));
    return { content, usage };
  },
  parts: async (model, url) => {
    let content = "";
    let finish;
    for await (const chunk of await modelOf(model).stream(messages(url))) {
      content += chunk.text;
      finish = chunk.response_metadata.finish_reason ?? finish;
    }
    return { content, finish };
  },
  broken: (model, url) => modelOf(model).invoke(messages(url)),
});
