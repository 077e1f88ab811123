import OpenAI from "openai";
import { API, KEY, report } from "./asking.mjs";

const client = new OpenAI({ baseURL: `${API}/openai/v1`, apiKey: KEY, maxRetries: 0 });
const input = (url) => [{ role: "user", content: [{ type: "input_image", image_url: url, detail: "auto" }] }];

await report({
  whole: async (model, url) => {
    const { output_text, usage } = await client.responses.create({ model, input: input(url) });
    return { content: output_text, usage };
  },
  parts: async (model, url) => {
    const stream = client.responses.stream({ model, input: input(url) });
    let content = "";
    stream.on("response.output_text.delta", ({ delta }) => {
      content += delta;
    });
    const { usage, status } = await stream.finalResponse();
    return { content, usage, finish: status };
  },
  broken: (model, url) => client.responses.create({ model, input: input(url) }),
});
