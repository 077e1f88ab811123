import OpenAI from "openai";
import { API, KEY, report } from "./asking.mjs";

const client = new OpenAI({ baseURL: `${API}/openai/v1`, apiKey: KEY, maxRetries: 0 });
const messages = (url) => [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];

await report({
  whole: async (model, url) => {
    const { choices, usage } = await client.chat.completions.create({ model, messages: messages(url) });
    return { content: choices[0].message.content, usage, florence: choices[0].message.florence };
  },
  parts: async (model, url) => {
    const stream = await client.chat.completions.create({
      model,
      messages: messages(url),
      stream: true,
      stream_options: { include_usage: true },
    });
    let [content, usage, finish] = ["", undefined, undefined];
    for await (const chunk of stream) {
      content += chunk.choices[0]?.delta.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    return { content, usage, finish };
  },
  broken: (model, url) => client.chat.completions.create({ model, messages: messages(url) }),
});
