import type { AccountBilling } from "../../accounts/billing-port.ts";
import type { AccountAdmin, Credit } from "../../accounts/ledger-admin.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import type { KeyMode } from "../../accounts/key-codec.ts";
import type { EventReceipt } from "../../contract/payment-operations.ts";
import { Problem } from "../../contract/problems.ts";
import type { BillingOf, EventReceiver } from "../../payments/till.ts";
import type { Movement } from "./movements.ts";
import { eventReaders } from "./read-event.ts";
import { checkSignature, SIGNATURE_HEADER } from "./signature.ts";
import type { AskStripe } from "./stripe-api.ts";
import { stripeSchemas, type StripeEventBody } from "./stripe-objects.ts";
import { stripeProblem } from "./stripe-problem.ts";

/** The part of an account that events change. */
export type CreditedAccount = Pick<AccountAdmin, "describe" | "credit">;

/** What receives the events of Stripe. */
export interface EventReceiverOptions {
  readonly ask: AskStripe;
  /** The signing secrets of the endpoint: two while one replaces the other. */
  readonly secrets: readonly string[];
  /** Which money the secret key takes. */
  readonly money: KeyMode;
  readonly ledgerOf: (account: string) => CreditedAccount;
  readonly billingOf: BillingOf;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

function eventOf(body: Uint8Array): StripeEventBody {
  try {
    return stripeSchemas().event.parse(
      JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body)),
    );
  } catch (cause) {
    throw new Problem("invalid-json", "The body is not an event of Stripe.", { cause });
  }
}

/** An entry that cannot be: another amount under the same reference, or a sum that no number holds. It is a bug, or somebody has changed the payment's metadata. */
function refused(account: string, { kind, ref }: Credit, { code }: Refusal): Error {
  return new Error(`The account ${account} refused the ${kind} ${ref}: ${code}.`);
}

/**
 * Keeps a card. The other event of the payment, which has no card, may have come before; a repeat takes no newer card's place. Who is billed stays: a card of another customer
 * comes from a page that was opened before there was one.
 */
async function saveCard(billing: AccountBilling, saved: NonNullable<Movement["saved"]>, isNew: boolean): Promise<void> {
  const known = await billing.billing();
  if (known.type === "refused" || (!isNew && known.card !== null)) return;
  if (known.customer !== null && known.customer !== saved.customer) return;
  await billing.setBilling(saved);
}

/** Writes the entries of a movement. Play money is never bought with real money, nor the other way. */
async function write(
  { account, credits, saved }: Movement,
  { ledgerOf, billingOf, money }: EventReceiverOptions,
): Promise<EventReceipt["received"]> {
  const ledger = ledgerOf(account);
  const facts = await ledger.describe();
  if (facts.type === "refused" || facts.money !== money) return "ignored";
  let received: EventReceipt["received"] = "repeated";
  for (const credit of credits) {
    const reply = await ledger.credit(credit);
    if (reply.type === "refused") throw refused(account, credit, reply);
    if (!reply.isRepeat) received = "written";
  }
  if (saved !== undefined) await saveCard(billingOf(account), saved, received === "written");
  return received;
}

/** The best that became of an event's movements. */
function sumUp(all: readonly EventReceipt["received"][]): EventReceipt["received"] {
  return (["written", "repeated"] as const).find((each) => all.includes(each)) ?? "ignored";
}

/** Receives the events of Stripe, and writes payments, refunds and disputes into the accounts that they concern. */
export function createEventReceiver(options: EventReceiverOptions): EventReceiver {
  const { ask, secrets, money, now } = options;
  return {
    receive: async (body, headers) => {
      await checkSignature(body, headers.get(SIGNATURE_HEADER), { secrets, nowMs: now() });
      const event = eventOf(body);
      const read = Object.hasOwn(eventReaders, event.type) ? eventReaders[event.type] : undefined;
      if (read === undefined || event.livemode !== (money === "live")) return { received: "ignored" };
      try {
        const movements = (await read(event, ask)).filter((movement) => movement !== undefined);
        const written: EventReceipt["received"][] = [];
        for (const movement of movements) written.push(await write(movement, options));
        return { received: sumUp(written) };
      } catch (thrown) {
        throw stripeProblem(thrown);
      }
    },
  };
}
