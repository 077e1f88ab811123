import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorld, type World } from "../no-code/world.ts";
import { type N8n, openN8n } from "./support/n8n.ts";
import { type N8nServer, startN8n } from "./support/server.ts";

let [n8n, world, server]: [N8n?, World?, N8nServer?] = [];
beforeAll(async () => {
  [n8n, world] = await Promise.all([openN8n(), startWorld()]);
  server = await startN8n(n8n);
});
afterAll(async () => {
  await Promise.all([server?.stop(), world?.stop()]);
  await n8n?.stop();
});

const tested = (baseUrl: string | undefined, apiKey: string | undefined) =>
  server?.testCredential({ baseUrl: baseUrl ?? "", apiKey: apiKey ?? "" });

describe("n8n's test of a credential", () => {
  it("accepts an open API without a key", async () => {
    expect(await tested(world?.api.origin, "")).toMatchObject({ status: "OK" });
  });

  it("accepts a key of an API with accounts", async () => {
    expect(await tested(`${world?.paid.origin}/`, world?.paid.rich)).toMatchObject({ status: "OK" });
  });

  it.each([
    ["a key that an open API does not need", () => tested(world?.api.origin, "fe_test_x"), /leave API Key empty/u],
    ["no key where answers need one", () => tested(world?.paid.origin, ""), /fill in API Key/u],
    ["a key that is none", () => tested(world?.paid.origin, "fe_test_x"), /copy the whole key/u],
    ["a key that was revoked", () => tested(world?.paid.origin, world?.paid.revoked), /copy the whole key/u],
    ["an address where nothing listens", () => tested("http://127.0.0.1:1", ""), /ECONNREFUSED/u],
    ["an address of something else", () => tested(world?.files.origin, ""), /correct Base URL/u],
  ])("refuses %s, and says what to do", async (_, test, message) => {
    const result = await test();
    expect(result?.status).toBe("Error");
    expect(result?.message).toMatch(message);
  });
});
