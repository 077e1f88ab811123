import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, jsonSchema } from "ai";
import { API, KEY, picturePart, print } from "./asking.mjs";

const baseURL = `${API}/openai/v1`;
const providers = {
  compatible: createOpenAICompatible({ name: "florence", baseURL, apiKey: KEY, supportsStructuredOutputs: true }),
  openai: createOpenAI({ baseURL, apiKey: KEY }),
};
const box = {
  type: "object",
  properties: { label: { type: "string" }, score: { type: "number" }, box: { type: "object" } },
  required: ["label", "score", "box"],
};
const schemas = {
  fits: { type: "object", properties: { objects: { type: "array", items: box } }, required: ["objects"] },
  differs: { type: "object", properties: { colour: { type: "string" } }, required: ["colour"] },
};

/** What `generateObject` gives for a schema: the object, or the message of what it throws. */
async function ask(provider, schema) {
  const messages = [{ role: "user", content: [picturePart] }];
  const model = providers[provider]("florence-2/object-detection");
  return generateObject({ model, schema: jsonSchema(schema), messages, maxRetries: 0 }).then(
    ({ object }) => ({ object }),
    ({ message, statusCode }) => ({ message, statusCode }),
  );
}

const results = {};
for (const provider of Object.keys(providers)) {
  results[provider] = { fits: await ask(provider, schemas.fits), differs: await ask(provider, schemas.differs) };
}
print(results);
