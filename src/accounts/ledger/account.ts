import type { AccountTerms, NewAccount } from "../../accounts/ledger-admin.ts";
import type { AccountFacts } from "../../accounts/ledger-port.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { refuse, refusing } from "./refuse.ts";
import type { AccountRow, Step } from "./rows.ts";
import { accountChange } from "./settle.ts";
import { isAmount, isId, isName } from "./valid.ts";

/** An account as its owner and the operator see it. */
export type AccountReply = AccountFacts & { readonly type: "account" };

/** What the operator may change; what is undefined stays. */
export type AccountUpdate = Partial<AccountTerms & Pick<AccountFacts, "status">>;

/** The account's row as others see it. */
export function accountReply(row: AccountRow, held: number): AccountReply {
  return { type: "account", ...row, held };
}

/** Makes the account, with a balance of 0. */
export function decideCreate(account: NewAccount, nowMs: number): Step<AccountReply | Refusal> {
  const field = isId(account.id) ? invalidField(account) : "id";
  if (field !== undefined) return refusing(refuse({ code: "invalid-request", field }));
  const { id, name, mode, money = "live", creditLimit, capMonth } = account;
  const terms = { name, mode, money, creditLimit, capMonth };
  const row: AccountRow = { id, ...terms, status: "open", balance: 0, createdMs: nowMs };
  return { reply: accountReply(row, 0), changes: [accountChange(row)] };
}

/**
 * Changes what the operator decides. A credit limit may be lowered below what is used: then nothing more is admitted. What is held when an account is
 * closed can still be settled.
 */
export function decideUpdate(row: AccountRow, held: number, update: AccountUpdate): Step<AccountReply | Refusal> {
  const { name = row.name, mode = row.mode, status = row.status } = update;
  const { creditLimit = row.creditLimit, capMonth = row.capMonth } = update;
  const field = invalidField({ name, mode, creditLimit, capMonth });
  if (field !== undefined) return refusing(refuse({ code: "invalid-request", field }));
  const next = { ...row, name, mode, status, creditLimit, capMonth };
  return { reply: accountReply(next, held), changes: [accountChange(next)] };
}

function invalidField({ name, creditLimit, capMonth }: AccountTerms): string | undefined {
  const rules = {
    name: isName(name),
    creditLimit: isAmount(creditLimit),
    capMonth: capMonth === null || isAmount(capMonth),
  };
  return Object.entries(rules).find(([, isRight]) => !isRight)?.[0];
}
