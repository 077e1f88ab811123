import { expect, it } from "vitest";
import { createOperatorEvents } from "../../../src/payments/operator-events.ts";
import { deliveryOf, ENTRY_MS } from "../../support/deliveries.ts";

/** The secret of the examples of Standard Webhooks. */
const SECRET = Uint8Array.from(atob("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), (character) => character.charCodeAt(0));

function eventsTo(answer: () => Response | Promise<Response>) {
  const sent: { readonly headers: Headers; readonly body: string }[] = [];
  const tell = createOperatorEvents({
    url: "https://operator.test/events",
    secret: SECRET,
    timeout: () => new AbortController().signal,
    now: () => ENTRY_MS,
    fetch: async (_, { headers, body }) => {
      sent.push({ headers: new Headers(headers), body: typeof body === "string" ? body : "" });
      return answer();
    },
  });
  return { tell, sent };
}

it("tells of a low balance, signed, under the same id each time", async () => {
  const { tell, sent } = eventsTo(() => new Response(null, { status: 204 }));
  const low = deliveryOf("balance-low");
  expect([await tell(low), await tell(low)]).toEqual([{ type: "delivered" }, { type: "delivered" }]);
  const [first, second] = sent;
  expect(JSON.parse(first?.body ?? "")).toEqual({
    type: "account.balance-low",
    timestamp: "2026-11-30T12:00:00.000Z",
    data: { account: "3yQ0zVt8aPk", balance: -1500, threshold: 1000, entry: 7 },
  });
  const id = first?.headers.get("webhook-id");
  expect([id, second?.headers.get("webhook-id")]).toEqual(["3yQ0zVt8aPk.balance-low.chg_a.7", id]);
  const key = await crypto.subtle.importKey("raw", SECRET, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const [version, signature = ""] = (first?.headers.get("webhook-signature") ?? "").split(",");
  const bytes = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0));
  const signed = new TextEncoder().encode(`${id}.${first?.headers.get("webhook-timestamp")}.${first?.body}`);
  expect([version, await crypto.subtle.verify("HMAC", key, bytes, signed)]).toEqual(["v1", true]);
});

it.each([
  ["refuses it", () => new Response(null, { status: 500 })],
  ["sends it elsewhere", () => new Response(null, { status: 302, headers: { location: "https://other.test" } })],
  ["is away", () => Promise.reject(new TypeError("no network"))],
])("tells it again if the operator's server %s", async (_, answer) => {
  expect(await eventsTo(answer).tell(deliveryOf("balance-low"))).toEqual({ type: "later", isAway: true });
});
