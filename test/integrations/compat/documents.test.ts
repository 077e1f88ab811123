import { expect, it } from "vitest";
import { PICTURE, startApi, startPaidApi } from "./support/api.ts";
import { runClient } from "./support/run-client.ts";

it.each([
  ["without accounts", startApi],
  ["with accounts", startPaidApi],
])("the documents for GPT Actions and Power Automate are valid %s", async (_, start) => {
  const api = await start();
  try {
    const client = { name: "swagger-parser", program: "validate-documents.mjs" };
    expect(await runClient(client, { API: api.origin, KEY: "none", PICTURE })).toEqual({
      actions: { version: "3.1.0", paths: 15 },
      connector: { version: "2.0", paths: 15 },
    });
  } finally {
    await api.stop();
  }
});
