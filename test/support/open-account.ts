import type { AccountAdmin, AccountTerms } from "../../src/accounts/ledger-admin.ts";
import type { KeyTerms } from "../../src/accounts/ledger-port.ts";
import { KEY } from "./ledger-requests.ts";

/** What the account is like; a prepaid one with a key that may ask for answers, by default. */
interface Opening {
  readonly credit?: number;
  readonly account?: Partial<AccountTerms>;
  readonly terms?: Partial<KeyTerms>;
}

/** Makes an account with a key and some money, by default 10,000 micro-US-dollars. */
export async function openAccount(admin: AccountAdmin, opening: Opening = {}): Promise<void> {
  const { credit = 10_000, account, terms } = opening;
  await admin.create({ id: "acct", name: "Acme", mode: "prepaid", creditLimit: 0, capMonth: null, ...account });
  await admin.createKey({ ...KEY, name: "first", terms: { scopes: ["infer"], ...terms }, expiresMs: null });
  if (credit > 0) await admin.credit({ kind: "grant", ref: "first", amount: credit });
}
