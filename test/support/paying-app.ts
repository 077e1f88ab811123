import { createStripeProvider } from "../../src/payments/stripe/stripe-provider.ts";
import { fakeAccountsApp } from "./fake-accounts.ts";
import {
  eventBody,
  paymentOf,
  signatureOf,
  stripeDouble,
  stripeError,
  type StripeReply,
  WEBHOOK_SECRET,
} from "./stripe-double.ts";

const noStripe: StripeReply = () => stripeError(500, {});

/** The application with accounts in memory, where credits are bought from a double of Stripe. */
export function fakePayingApp(reply: StripeReply = noStripe, options: { readonly secretKey?: string } = {}) {
  const stripe = stripeDouble(reply);
  const ledgers: Pick<ReturnType<typeof fakeAccountsApp>, "ledgerOf">[] = [];
  const ledgerOf = (account: string) => {
    const [app] = ledgers;
    if (app === undefined) throw new Error("The application is not there yet.");
    return app.ledgerOf(account);
  };
  const nowMs = Date.parse("2026-11-30T12:00:00Z");
  const provider = createStripeProvider({
    ...stripe.options,
    ...options,
    secrets: [WEBHOOK_SECRET, "whsec_next"],
    hasTax: false,
    returnUrl: "",
    ledgerOf,
    billingOf: ledgerOf,
    now: () => nowMs,
  });
  const app = fakeAccountsApp(undefined, { providers: { stripe: provider } });
  ledgers.push(app);
  /** Sends an event as it is, with a signature of its own or a given one. */
  const sendBody = async (body: string, signature?: string) => {
    const headers = { "stripe-signature": signature ?? (await signatureOf(body, nowMs / 1000)) };
    const response = await app.json("POST", "/webhooks/stripe", { body, headers });
    return { status: response.status, code: response.body.code, received: response.body.received };
  };
  const event = (type: string, object: object, more?: object) => sendBody(eventBody(type, object, more));
  /** Kinds, references and amounts of all entries but the first grant, the newest last. */
  const entries = async (account: string) => {
    const page = await app
      .ledgerOf(account)
      .entries({ kinds: ["top-up", "reversal", "adjust", "charge"], limit: 1000 });
    if (page.type === "refused") throw new Error(page.code);
    return page.entries.toReversed().map(({ kind, ref, amount }) => [kind, ref, amount] as const);
  };
  /** Opens an account without credits that has paid 20 dollars, or is about to; Stripe tells of the payment and of these refunds. */
  const openPaying = async (refunds: readonly object[] = [], payment: object = {}) => {
    const account = await app.open("Acme", 0);
    stripe.answer(({ path }) => {
      if (path.startsWith("/v1/payment_intents/")) return Response.json({ ...paymentOf(account.id, 2000), ...payment });
      if (path.startsWith("/v1/refunds?")) return Response.json({ data: refunds, has_more: false });
      return stripeError(404, {});
    });
    return account;
  };
  return { ...app, openPaying, stripe, nowMs, sendBody, event, entries };
}
