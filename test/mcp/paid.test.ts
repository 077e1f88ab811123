import { describe, expect, it } from "vitest";
import { protocols } from "../../functions/protocols.ts";
import { encodeBase64 } from "../../src/inference/protocol/base64.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { mcpClients } from "../support/mcp-messages.ts";
import { memoryUploads } from "../support/memory-uploads.ts";
import { createX402App } from "../support/x402-app.ts";
import { sampleImage } from "../support/sample-images.ts";

const file = sampleImage("street.jpg");
const image = encodeBase64(file);
const call = { name: "describe_image", arguments: { image } };
const charge = "florence-edge/charge_micro_usd";

async function paidMcp(credit: number) {
  const { isolate, open } = createPaidWorld();
  const account = await open(credit);
  const { uploads } = memoryUploads();
  const { app } = isolate({ more: { protocols: protocols({ hasAccounts: true, mcpHosts: [] }), uploads } });
  return { app, account, open, ...mcpClients(app), key: { authorization: `Bearer ${account.key}` } };
}

describe("/mcp with accounts", () => {
  it("lists the tools without a key, and calls none", async () => {
    const { legacy, modern, account } = await paidMcp(10_000);
    expect((await modern("tools/list")).last.result?.tools).toHaveLength(7);
    for (const send of [legacy, modern]) {
      const { response } = await send("tools/call", call);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe(
        'Bearer resource_metadata="https://florence.test/.well-known/oauth-protected-resource/mcp"',
      );
    }
    expect(account.entries()).toEqual([]);
  });

  it("charges a call as /v1 does: once in 24 hours, whichever way the same is asked", async () => {
    const { app, modern, legacy, account, key } = await paidMcp(10_000);
    const first = await modern("tools/call", call, key);
    const price = first.last.result?.["_meta"];
    expect(price).toMatchObject({ [charge]: expect.any(Number) });
    const [entry] = account.entries();
    expect(entry).toEqual(["charge", -Number(Object(price)[charge])]);
    const again = await legacy("tools/call", { ...call, _meta: { progressToken: 1 } }, { "x-api-key": account.key });
    expect(again.last.result?.["_meta"]).toMatchObject({ [charge]: 0 });
    const body = JSON.stringify({ image });
    const init = { method: "POST", body, headers: { ...key, "content-type": "application/json" } };
    expect((await app.request("/v1/caption", init)).headers.get("charge")).toMatch(/^0;/u);
    expect(account.entries()).toHaveLength(1);
  });

  it("tells the model what is wrong with a key, and that there is no money", async () => {
    const { modern, open } = await paidMcp(10_000);
    const [poor, narrow] = [await open(0), await open(9999, { tasks: ["ocr"] })];
    const textOf = async (key: string) => {
      const { last } = await modern("tools/call", call, { authorization: `Bearer ${key}` });
      expect(last.result?.isError).toBe(true);
      return String(last.result?.content?.[0]?.["text"]).split(":")[0];
    };
    expect(await textOf(poor.key)).toBe("insufficient-credits");
    expect(await textOf(narrow.key)).toBe("scope-missing");
  });

  it("draws nothing without a key, and asks for no payment that it could not take", async () => {
    const { isolate } = createX402App();
    const { app } = isolate({ more: { protocols: protocols({ hasAccounts: true, mcpHosts: [] }) } });
    const response = await app.request(
      "/mcp/drawings/open-vocabulary-detection?text=a&image=https://example.com/a.png",
    );
    expect(response.status).toBe(401);
    expect(response.headers.has("payment-required")).toBe(false);
  });

  it("describes the resource, without an authorization server", async () => {
    const { app } = await paidMcp(0);
    const response = await app.request("https://florence.test/.well-known/oauth-protected-resource/mcp");
    const metadata = await response.json();
    expect(metadata).toMatchObject({ resource: "https://florence.test/mcp", bearer_methods_supported: ["header"] });
    expect(metadata).not.toHaveProperty("authorization_servers");
  });

  it("prepares uploads that only the account may ask about", async () => {
    const { app, modern, open, key } = await paidMcp(10_000);
    const { last } = await modern("tools/call", { name: "prepare_image_upload" }, key);
    const prepared = last.result?.structuredContent ?? {};
    const put = await app.request(String(prepared["put_url"]), {
      method: "PUT",
      body: file,
      headers: { "content-length": String(file.length) },
    });
    expect(put.status).toBe(200);
    const ask = { name: "describe_image", arguments: { image: prepared["image"] } };
    expect((await modern("tools/call", ask, key)).last.result?.structuredContent).toEqual({ text: "a cat" });
    const other = await open(10_000);
    const refused = await modern("tools/call", ask, { authorization: `Bearer ${other.key}` });
    expect(refused.last.result).toMatchObject({ content: [{ text: expect.stringMatching("^unknown-upload: ") }] });
  });
});
