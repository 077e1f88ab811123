import type {
  Audit,
  Credit,
  Credited,
  EntryQuery,
  GiveBackRequest,
  GivenBack,
  KeyChange,
  NewAccount,
  UsageQuery,
} from "../../accounts/ledger-admin.ts";
import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { accountReply, type AccountReply, type AccountUpdate, decideCreate, decideUpdate } from "./account.ts";
import { decideChangeKey } from "./change-key.ts";
import { decideCredit } from "./credit.ts";
import { decideGiveBack, readGiveBack } from "./give-back.ts";
import {
  decideCreateKey,
  decideRevokeKey,
  decideRotateKey,
  keyFacts,
  type KeyReply,
  type KeyRequest,
  type Rotation,
} from "./keys.ts";
import { MAX_PAGE } from "./limits.ts";
import { refuse } from "./refuse.ts";
import type { Step } from "./rows.ts";
import type { LedgerReads } from "./tables.ts";
import { createTransact, type LedgerOptions, type Situation } from "./transaction.ts";

const reading = <Reply>(reply: Reply): Step<Reply> => ({ reply, changes: [] });

const isPage = (limit: number): boolean => Number.isSafeInteger(limit) && limit >= 1 && limit <= MAX_PAGE;

/** The verbs of `AccountAdmin`, without the wait. */
export function operatorVerbs(options: LedgerOptions) {
  const transact = createTransact(options, refuse({ code: "not-found" }));
  const page = <Reply>(limit: number, list: (read: LedgerReads) => Reply): Reply | Refusal =>
    isPage(limit) ? transact(({ read }) => reading(list(read))) : refuse({ code: "invalid-request", field: "limit" });
  return {
    create: (account: NewAccount) => create(options, account),
    describe: () => transact<AccountReply>(({ account, read }) => reading(accountReply(account, read.held()))),
    update: (update: AccountUpdate) =>
      transact<AccountReply>(({ account, read }) => decideUpdate(account, read.held(), update)),
    credit: (credit: Credit) => transact<Credited>((situation) => creditStep(situation, credit)),
    giveBack: (request: GiveBackRequest) =>
      transact<GivenBack>(({ account, read, nowMs }) =>
        decideGiveBack(readGiveBack(read, account, request), request, nowMs),
      ),
    createKey: (request: KeyRequest) =>
      transact<KeyReply>(({ read, nowMs }) => decideCreateKey(read.keys(), request, nowMs)),
    keys: () =>
      transact(({ read }) => reading({ type: "keys" as const, keys: read.keys().map((key) => keyFacts(key)) })),
    rotateKey: (rotation: Rotation) =>
      transact<KeyReply>(({ read, nowMs }) => decideRotateKey(read.keys(), rotation, nowMs)),
    changeKey: (change: KeyChange) =>
      transact<KeyReply>(({ read, nowMs }) => decideChangeKey(read.keys(), change, nowMs)),
    revokeKey: (keyId: string) => transact<KeyReply>(({ read, nowMs }) => decideRevokeKey(read.keyById(keyId), nowMs)),
    usage: (query: UsageQuery) => page(query.limit, (read) => ({ type: "usage" as const, rows: read.usage(query) })),
    entries: (query: EntryQuery) => page(query.limit, (read) => ({ type: "entries" as const, ...read.entries(query) })),
    audit: () => transact<Audit>((situation) => reading(auditOf(situation))),
  };
}

/** Only here are tables made: an id that somebody invents costs one read of an empty object. */
function create({ tables, now }: LedgerOptions, account: NewAccount): AccountReply | Refusal {
  return tables.transaction(() => {
    const known = tables.account();
    if (known !== undefined) return accountReply(known, tables.read.held());
    const { reply, changes } = decideCreate(account, now());
    if (changes.length > 0) tables.createTables();
    tables.apply(changes);
    return reply;
  });
}

function creditStep({ account, read, nowMs }: Situation, credit: Credit) {
  const known = read.credit(credit.kind, credit.ref);
  return decideCredit({ account, held: read.held(), known, lastSeq: read.lastSeq() }, credit, nowMs);
}

function auditOf({ account, read, nowMs }: Situation): Audit {
  const { balance } = account;
  const [entries, holds] = [read.count("entries"), read.count("holds")];
  return { type: "audit", balance, entries, holds, violations: read.violations(nowMs) };
}
