import { describe, expect, it } from "vitest";
import { verifyWebhook } from "../../src/client/florence.ts";
import { secretText, signEvent } from "../../src/webhooks/signature.ts";

const secret = new Uint8Array(32).fill(7);
const other = new Uint8Array(32).fill(8);
const nowMs = 1_800_000_000_000;
const now = (): number => nowMs;
const body = JSON.stringify({ type: "job.succeeded", timestamp: "2026-12-01T00:00:00.000Z", data: { id: "job_1" } });

async function signed(secrets = [secret], text = body) {
  return { ...(await signEvent({ id: "msg_1", body: text, nowMs }, secrets)) };
}

describe("verifyWebhook()", () => {
  it("returns the event, from any kind of headers, text or bytes", async () => {
    const headers = await signed();
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    const event = { type: "job.succeeded", data: { id: "job_1" } };
    for (const given of [headers, upper, new Headers(headers)]) {
      expect(await verifyWebhook(body, given, secretText(secret), { now })).toMatchObject(event);
    }
    const bytes = new TextEncoder().encode(body);
    expect(await verifyWebhook(bytes, headers, secretText(secret), { now })).toMatchObject(event);
  });

  it("takes any of several secrets, and any of several signatures", async () => {
    const both = [secretText(other), secretText(secret)];
    expect(await verifyWebhook(body, await signed(), both, { now })).toMatchObject({ type: "job.succeeded" });
    const rotating = await signed([other, secret]);
    expect(await verifyWebhook(body, rotating, secretText(secret), { now })).toMatchObject({ type: "job.succeeded" });
  });

  it.each([
    ["another body", async () => verifyWebhook(`${body} `, await signed(), secretText(secret), { now })],
    ["another secret", async () => verifyWebhook(body, await signed([other]), secretText(secret), { now })],
    ["no signature", async () => verifyWebhook(body, {}, secretText(secret), { now })],
    ["an old one", async () => verifyWebhook(body, await signed(), secretText(secret), { now: () => nowMs + 301_000 })],
    [
      "a body that is no event",
      async () => verifyWebhook("[]", await signed([secret], "[]"), secretText(secret), { now }),
    ],
  ])("refuses %s", async (_what, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ code: "webhook-invalid", retryable: false });
  });

  it("says what is wrong with a secret that is none", async () => {
    await expect(verifyWebhook(body, await signed(), "fe_live_x", { now })).rejects.toMatchObject({
      code: "invalid-request",
    });
  });
});
