import { describe, expect, it } from "vitest";
import { requestPrice } from "../../src/contract/prices.ts";
import { captionRequest, moneyOf, street } from "../support/paid-requests.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { fakeApp } from "../support/fake-service.ts";

const base64 = btoa(String.fromCharCode(...street));
const content = [{ type: "image_url", image_url: { url: `data:image/jpeg;base64,${base64}` } }];

function chatRequest(
  key: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): [string, RequestInit] {
  const body = JSON.stringify({ model: "florence-2/caption", messages: [{ role: "user", content }], ...more });
  const own = { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers };
  return ["/openai/v1/chat/completions", { method: "POST", headers: own, body }];
}

function azureRequest(key: string, features: string): [string, RequestInit] {
  const headers = { "content-type": "application/octet-stream", "ocp-apim-subscription-key": key };
  const path = `/computervision/imageanalysis:analyze?api-version=2023-10-01&features=${features}`;
  return [path, { method: "POST", headers, body: street }];
}

describe("a dialect with accounts", () => {
  it("charges what the task costs, and nothing for what the account has paid in another dialect", async () => {
    const { isolate, open, world } = createPaidWorld();
    const account = await open(10_000);
    const { app, settled } = isolate();
    const first = moneyOf(await app.request(...chatRequest(account.key)));
    await settled();
    const again = moneyOf(await app.request(...captionRequest(account.key)));
    const azure = moneyOf(await app.request(...azureRequest(account.key, "caption")));
    expect([first.charge, again.charge, azure.charge]).toEqual([300, 0, 0]);
    expect([again.isRepeat, azure.isRepeat, world.requests.length]).toEqual([true, true, 1]);
    expect([account.entries(), account.holds()]).toEqual([[["charge", -300]], 0]);
  });

  it("charges an analysis as the tasks that it asks for", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate();
    const options = {};
    const expected = ["caption", "dense-region-caption", "object-detection"].map((task) => ({ task, options }));
    const { status, charge } = moneyOf(
      await app.request(...azureRequest(account.key, "caption,denseCaptions,objects,tags")),
    );
    expect([status, charge]).toEqual([200, requestPrice(expected)]);
  });

  it("tells in an action's flat answer what it was charged, since a GPT reads no headers", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate();
    const headers = { "content-type": "application/json", authorization: `Bearer ${account.key}` };
    const ask = (body: object) =>
      app.request("/openai/actions/caption", { method: "POST", headers, body: JSON.stringify(body) });
    const [flat, nested] = [await ask({ image: base64 }), await ask({ image: base64, format: "json" })];
    expect(await flat.json()).toMatchObject({ type: "flat", charge_micro_usd: 300 });
    expect([nested.status, await nested.json()]).toEqual([
      200,
      expect.not.objectContaining({ charge_micro_usd: expect.anything() }),
    ]);
  });

  it("charges a stream before its first chunk", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const response = await isolate().app.request(...chatRequest(account.key, { stream: true }));
    expect(moneyOf(response)).toMatchObject({ status: 200, charge: 300 });
    const text = await response.text();
    expect(text).toContain("data: [DONE]");
    expect(text).not.toContain("charge_micro_usd");
  });

  it("charges nothing for an answer that does not fit the caller's schema, also as a stream", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app, settled } = isolate();
    const format = { type: "json_schema", json_schema: { name: "x", schema: { type: "string" } } };
    for (const stream of [false, true]) {
      const response = await app.request(...chatRequest(account.key, { response_format: format, stream }));
      expect([response.status, (await response.json()).error.code]).toEqual([400, "unsupported-schema"]);
    }
    await settled();
    expect([account.balance(), account.holds(), await account.violations()]).toEqual([10_000, 0, []]);
  });

  it("takes a key in any of the headers, and tells a wrong one in its own shape", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate();
    const [path, init] = chatRequest(account.key);
    const headers = { "content-type": "application/json", "ocp-apim-subscription-key": account.key };
    expect((await app.request(path, { ...init, headers })).status).toBe(200);
    const wrong = await app.request(...chatRequest("sk-1"));
    expect([wrong.status, (await wrong.json()).error]).toMatchObject([
      401,
      { type: "authentication_error", code: "key-invalid" },
    ]);
    expect(wrong.headers.get("www-authenticate")).toContain("Bearer");
    const azure = await app.request(...azureRequest("0".repeat(32), "caption"));
    expect([azure.status, (await azure.json()).error.code, azure.headers.get("x-ms-error-code")]).toEqual([
      401,
      "401",
      "401",
    ]);
  });

  it("tells what only an account refuses, with its price table and limits", async () => {
    const { isolate, open } = createPaidWorld();
    const poor = await open(100);
    const other = await open(10_000, { tasks: ["ocr"] });
    const { app } = isolate();
    const refused = await app.request(...chatRequest(poor.key));
    expect([refused.status, (await refused.json()).error.type]).toEqual([402, "insufficient_quota"]);
    const [one, several] = [
      await app.request(...chatRequest(other.key)),
      await app.request(...azureRequest(other.key, "caption")),
    ];
    expect([one.status, several.status]).toEqual([403, 403]);
    const cheap = await app.request(...chatRequest(other.key, { model: "florence-2/ocr" }, { "max-price": "1" }));
    expect([cheap.status, (await cheap.json()).error.code]).toEqual([402, "price-above-maximum"]);
  });
});

describe("the code of a dialect", () => {
  it("is loaded by the first request to it, and if that fails, problems have our own shape", async () => {
    let loads = 0;
    const load = () => {
      loads += 1;
      return Promise.reject(new Error("It is not there."));
    };
    const route = { method: "POST", path: "/other/ask", name: "ask", takesBytes: false } as const;
    const { app, logged } = fakeApp({}, { dialects: [{ prefix: "/other/", routes: [route], load }] });
    await app.request("/v1/tasks");
    expect(loads).toBe(0);
    const response = await app.request("/other/ask", { method: "POST" });
    expect([response.status, response.headers.get("content-type")]).toEqual([500, "application/problem+json"]);
    expect(logged.length).toBeGreaterThan(0);
  });
});
