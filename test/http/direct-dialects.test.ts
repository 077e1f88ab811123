import { describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/inference/protocol/base64.ts";
import { moneyOf, street } from "../support/paid-requests.ts";
import { createX402App, headerJson } from "../support/x402-app.ts";

const picture = `data:image/jpeg;base64,${encodeBase64(street)}`;

function chat(headers: Readonly<Record<string, string>>, more: object = {}): [string, RequestInit] {
  const content = [{ type: "image_url", image_url: { url: picture } }];
  const body = JSON.stringify({ model: "florence-2/caption", messages: [{ role: "user", content }], ...more });
  return [
    "/openai/v1/chat/completions",
    { method: "POST", body, headers: { "content-type": "application/json", ...headers } },
  ];
}

function azure(headers: Readonly<Record<string, string>>): [string, RequestInit] {
  const path = "/computervision/imageanalysis:analyze?api-version=2024-02-01&features=caption,read";
  return [path, { method: "POST", body: street, headers: { "content-type": "application/octet-stream", ...headers } }];
}

/** Asks without a payment, with one of the price, and again with the same. */
async function payFor(request: (headers: Readonly<Record<string, string>>) => [string, RequestInit]) {
  const { isolate, sign, chain } = createX402App();
  const { app, settled } = isolate();
  const unpaid = await app.request(...request({}));
  const price = Number(headerJson(unpaid, "payment-required")?.accepts[0].amount);
  const told: unknown[] = [[unpaid.status, price]];
  for (let time = 0; time < 2; time += 1) {
    const paid = await app.request(...request(sign(1, price)));
    const { status, charge, isRepeat } = moneyOf(paid);
    told.push([status, charge, isRepeat, headerJson(paid, "payment-response")?.success]);
    await paid.text();
  }
  await settled();
  return { told, price, paid: chain.paid() };
}

describe("a dialect's route without a key", () => {
  it.each([
    ["OpenAI's chat", (headers: Readonly<Record<string, string>>) => chat(headers)],
    ["OpenAI's chat as a stream", (headers: Readonly<Record<string, string>>) => chat(headers, { stream: true })],
    ["Azure's analysis", azure],
  ])("is paid by its request, once: %s", async (_name, request) => {
    const { told, price, paid } = await payFor(request);
    expect(told).toEqual([
      [402, price],
      [200, price, false, true],
      [200, 0, true, true],
    ]);
    expect([price > 0, paid]).toEqual([true, price]);
  });
});
