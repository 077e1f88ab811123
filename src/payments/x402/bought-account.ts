import type { Accounts } from "../../accounts/accounts-port.ts";
import {
  formatKey,
  keyHash,
  type KeyMode,
  type KeyParts,
  lastFour,
  newAccountId,
  newKey,
} from "../../accounts/key-codec.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { refusalProblem } from "../../charging/refusal-problem.ts";
import { scopeNames } from "../../contract/scopes.ts";
import { derivedRandom } from "./derived-random.ts";

/** What an account is made from that somebody buys without having one. */
export interface BoughtAccountOptions extends Accounts {
  /** The deployment's secret, from which accounts and keys are derived. */
  readonly secret: string;
  readonly now: () => number;
}

/** Returns an account's reply. Throws the problem of a refusal. */
export function accepted<Reply extends { readonly type: Exclude<string, "refused"> }>(reply: Reply | Refusal): Reply {
  if (isRefusal(reply)) throw refusalProblem(reply);
  return reply;
}

function isRefusal(reply: { readonly type: string }): reply is Refusal {
  return reply.type === "refused";
}

/** Names the payment, and whoever has made it: on the chain, everybody can read the payment itself. */
export interface Buyer {
  /** The payment's name. */
  readonly payment: string;
  readonly payer: string;
  readonly idempotencyKey: string;
  readonly money: KeyMode;
}

/** Returns the account of a payment and its first key: the same for the same payment and Idempotency-Key. */
async function partsOf({ secret }: BoughtAccountOptions, { payment, idempotencyKey, money }: Buyer): Promise<KeyParts> {
  const random = await derivedRandom(secret, JSON.stringify(["x402 account", payment, idempotencyKey]));
  return newKey({ mode: money, account: newAccountId(random) }, random);
}

/**
 * Whether the account of a payment is there. Once its credits are written, it is not only if the deployment's secret is another one since: then another account, with the same
 * credits once more, must not be made.
 */
export async function hasBoughtAccount(options: BoughtAccountOptions, buyer: Buyer): Promise<boolean> {
  const { account } = await partsOf(options, buyer);
  const reply = await options.ledgerOf(account).describe();
  if (reply.type === "refused" && reply.code === "not-found") return false;
  return accepted(reply).type === "account";
}

/** Makes the account of a payment and its first key, unless they are there, and returns both. Every step may be repeated. Throws `Problem`. */
export async function makeBoughtAccount(
  options: BoughtAccountOptions,
  buyer: Buyer,
): Promise<{ readonly account: string; readonly key: string }> {
  const parts = await partsOf(options, buyer);
  const { account: id, keyId } = parts;
  const name = `x402 ${buyer.payer}`;
  const ledger = options.ledgerOf(id);
  const terms = { name, mode: "prepaid", creditLimit: 0, capMonth: null } as const;
  const { createdMs } = accepted(await ledger.create({ id, money: buyer.money, ...terms }));
  await options.directory.put({ id, name, createdMs });
  const hash = await keyHash(parts);
  const key = {
    id: keyId,
    hash,
    last4: lastFour(parts),
    name: "first",
    terms: { scopes: scopeNames },
    expiresMs: null,
  };
  accepted(await ledger.createKey(key));
  return { account: id, key: formatKey(parts) };
}
