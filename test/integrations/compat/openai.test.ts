import { readFile } from "node:fs/promises";
import * as z from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, type PaidApi, PICTURE, startApi, startPaidApi } from "./support/api.ts";
import { type Client, runClient } from "./support/run-client.ts";

/** Every client of OpenAI that is run. */
const clients: readonly (Client & { readonly usage: "both" | "whole" })[] = [
  { name: "openai (npm), chat", program: "openai-chat.mjs", usage: "both" },
  { name: "openai (npm), responses", program: "openai-responses.mjs", usage: "both" },
  { name: "AI SDK, openai-compatible", program: "ai-sdk.mjs", arguments: ["compatible"], usage: "both" },
  { name: "AI SDK, openai (responses)", program: "ai-sdk.mjs", arguments: ["openai"], usage: "both" },
  { name: "LangChain (npm)", program: "langchain.mjs", usage: "whole" },
  { name: "openai (PyPI), chat", program: "openai_chat.py", usage: "both" },
  { name: "openai (PyPI), responses", program: "openai_responses.py", usage: "both" },
  { name: "LangChain (PyPI)", program: "langchain_chat.py", usage: "whole" },
  { name: "LiteLLM", program: "litellm_chat.py", usage: "both" },
];

const Part = z.looseObject({ content: z.string(), usage: z.unknown().optional(), finish: z.unknown().optional() });
const Failure = z.looseObject({ name: z.string(), message: z.string(), status: z.unknown().optional() });
const Report = z.object({ results: z.record(z.string(), z.object({ whole: Part, parts: Part })), error: Failure });

/** What a client calls the number of generated tokens. */
const COMPLETION_TOKENS = /"(?:completion_tokens|output_tokens|outputTokens)":(?<count>\d+)/u;

function completionTokens(usage: unknown): number {
  return Number(COMPLETION_TOKENS.exec(JSON.stringify(usage ?? {}))?.groups?.["count"]);
}

/** What `/v1` answers: the content that a client must give, and the generated tokens. */
async function own(origin: string, task: string) {
  const headers = { "content-type": "image/jpeg" };
  const response = await fetch(`${origin}/v1/${task}`, { method: "POST", headers, body: await readFile(PICTURE) });
  const json = await response.text();
  const answer: { readonly text?: string; readonly usage: { readonly completion_tokens: number } } = JSON.parse(json);
  return { content: answer.text ?? json, tokens: answer.usage.completion_tokens };
}

describe("clients of OpenAI", () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.stop());

  it.each(clients)(
    "$name gets what /v1 answers, whole and in parts, and title and fix of a problem",
    async (client) => {
      const report = await runClient(client, { API: api.origin, KEY: "none", PICTURE });
      const { results, error } = Report.parse(report);
      expect(Object.keys(results)).toEqual(["caption", "object-detection", "ocr"]);
      for (const [task, { whole, parts }] of Object.entries(results)) {
        const { content, tokens } = await own(api.origin, task);
        expect([whole.content, parts.content]).toEqual([content, content]);
        expect(completionTokens(whole.usage)).toBe(tokens);
        // LangChain tells none of a stream.
        expect(completionTokens(parts.usage)).toBe(client.usage === "both" ? tokens : Number.NaN);
        expect(["stop", "completed"]).toContain(parts.finish);
      }
      expect(error.message).toContain("The image cannot be decoded. ");
      expect(error.message).toContain("Check that the whole file was sent, then encode it again.");
    },
  );

  it("the AI SDK gets an object by a schema that the answer fits, and the reason for one that it does not", async () => {
    const variables = { API: api.origin, KEY: "none", PICTURE };
    const results = await runClient({ name: "AI SDK", program: "ai-sdk-object.mjs" }, variables);
    const { content } = await own(api.origin, "object-detection");
    const { objects } = JSON.parse(content);
    const differs = { statusCode: 400, message: expect.stringContaining("The answer does not match the schema. ") };
    const expected = { fits: { object: { objects } }, differs };
    expect(results).toMatchObject({ compatible: expected, openai: expected });
  });
});

describe("clients of OpenAI where answers need a key", () => {
  let api: PaidApi;
  beforeAll(async () => {
    api = await startPaidApi();
  });
  afterAll(() => api.stop());

  const refusal = async (client: Client, key: string) => {
    const report = await runClient(client, { API: api.origin, KEY: key, PICTURE, ONLY: "refused" });
    return Report.parse(report).error;
  };

  it.each(clients)("$name tells its user of a limit", async (client) => {
    const error = await refusal(client, api.limited);
    expect(error.message).toContain("The key sends requests too quickly. ");
    expect(error.status === undefined || error.status === 429).toBe(true);
  });

  it.each([
    ["openai-chat.mjs", "AuthenticationError", "RateLimitError"],
    ["openai_chat.py", "AuthenticationError", "RateLimitError"],
    ["litellm_chat.py", "AuthenticationError", "RateLimitError"],
  ])("%s throws its own classes of errors", async (program, revoked, limited) => {
    const client = { name: program, program };
    const errors = [
      await refusal(client, api.revoked),
      await refusal(client, api.limited),
      await refusal(client, api.poor),
    ];
    expect(errors.slice(0, 2).map(({ name }) => name)).toEqual([revoked, limited]);
    expect(errors[2]?.message).toContain("The account's credits do not cover the price. ");
  });
});
