import { describe, expect, it } from "vitest";
import { formBody } from "../../src/payments/stripe/form-body.ts";
import { checkSignature } from "../../src/payments/stripe/signature.ts";
import { STRIPE_VERSION } from "../../src/payments/stripe/stripe-api.ts";
import { eventBody, paymentOf } from "../support/stripe-double.ts";
import { Stripe } from "./support/sdk.ts";

const SECRET = "whsec_tests";
const BODY = eventBody("payment_intent.succeeded", paymentOf("3yQ0zVt8aPk", 2000));

/** Stripe's SDK, whose requests go nowhere. */
function recordingStripe() {
  const bodies: string[] = [];
  const record = async (_: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(typeof init?.body === "string" ? init.body : "");
    return Response.json({ id: "x" });
  };
  return { stripe: new Stripe("sk_test_123", { httpClient: Stripe.createFetchHttpClient(record) }), bodies };
}

const { stripe } = recordingStripe();

async function oursTakes(body: string, header: string): Promise<boolean> {
  const nowMs = Date.now();
  return checkSignature(new TextEncoder().encode(body), header, { secrets: [SECRET], nowMs }).then(
    () => true,
    () => false,
  );
}

async function theirsTakes(body: string, header: string): Promise<boolean> {
  return stripe.webhooks.constructEventAsync(body, header, SECRET).then(
    () => true,
    () => false,
  );
}

/** Signs as the SDK does, some seconds ago. */
const sign = (payload: string, secret: string, agoSeconds: number) =>
  stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    timestamp: Math.floor(Date.now() / 1000) - agoSeconds,
  });

/** The fields of a form, in one order. */
const entries = (text: string) => [...new URLSearchParams(text)].toSorted(([one], [other]) => (one < other ? -1 : 1));

describe("a signature is taken by this API exactly if Stripe's SDK takes it", () => {
  it.each([
    ["fresh", BODY, SECRET, 0, true],
    ["nearly old", BODY, SECRET, 290, true],
    ["old", BODY, SECRET, 310, false],
    ["of another secret", BODY, "whsec_other", 0, false],
    ["of another body", `${BODY} `, SECRET, 0, false],
    ["of an empty body", "", SECRET, 0, false],
    ["with letters beyond ASCII", BODY.replace("usd", "üsd€🔑"), SECRET, 0, false],
  ] as const)("%s", async (_, payload, secret, ago, expected) => {
    const header = await sign(payload, secret, ago);
    expect([await oursTakes(BODY, header), await theirsTakes(BODY, header)]).toEqual([expected, expected]);
    expect(await oursTakes(payload, header)).toBe(ago < 300 && secret === SECRET);
  });
});

it("writes forms as Stripe's SDK does", async () => {
  const { stripe: recording, bodies } = recordingStripe();
  const fields = {
    mode: "payment",
    success_url: "https://example.com/?a=b&c=ü",
    metadata: { florence_edge_account: "3yQ0zVt8aPk", florence_edge_amount: "20000000" },
    line_items: [
      { quantity: 1, price_data: { currency: "usd", unit_amount: 2000, product_data: { name: "Credits" } } },
    ],
  } as const;
  await recording.checkout.sessions.create({ ...fields, mode: "payment", line_items: [...fields.line_items] });
  const ours = formBody({ ...fields, line_items: { 0: fields.line_items[0] } });
  expect(entries(ours)).toEqual(entries(bodies[0] ?? ""));
});

it("asks for the version of the API that the SDK was made for", () => {
  expect(Stripe.API_VERSION).toBe(STRIPE_VERSION);
});
