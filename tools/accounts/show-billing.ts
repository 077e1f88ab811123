import { Billing } from "../../src/contract/billing.ts";
import type { AdminClient } from "./admin-client.ts";
import { billingBody } from "./bodies.ts";
import { dollars } from "./dollars.ts";
import type { AccountFlags } from "./flags.ts";

function billingText({ customer, has_card: hasCard, low_balance: low, auto_top_up: auto }: Billing): string {
  const facts = [
    ["customer", customer ?? "none: nobody is billed"],
    ["saved card", hasCard ? "yes" : "no"],
    ["low balance", low === null ? "never" : `below ${dollars(low)}`],
    ["bought then", auto === null ? "nothing" : dollars(auto)],
  ];
  return facts.map(([field = "", value = ""]) => `${field.padEnd(12)}  ${value}`).join("\n");
}

/** Shows how an account pays, after what the options say was changed. */
export async function showBilling(client: AdminClient, id: string, flags: AccountFlags) {
  const body = billingBody(flags);
  const isChange = Object.keys(body).length > 0;
  const path = `/${id}/billing`;
  const billing = await client.ask(Billing, isChange ? { method: "POST", path, body } : { path });
  return { json: billing, text: billingText(billing) };
}
