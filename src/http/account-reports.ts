import type { AccountAdmin, Entry } from "../accounts/ledger-admin.ts";
import { EntryParameters, usageGroups, UsageParameters } from "../contract/account-operations.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { Problem } from "../contract/problems.ts";
import { ChargeId } from "../contract/admin-schemas.ts";
import { excerpt } from "../bytes/excerpt.ts";
import { listResponse } from "./account-list.ts";
import { type AccountRouteOptions, type AdmittedCall, privateJson, queryOf } from "./account-route.ts";
import { positionOf } from "./cursor.ts";
import { dayRange, momentsOf } from "./day-range.ts";
import { ENTRY_COLUMNS, entryRows } from "./entry-rows.ts";
import { type UsageGroup, usagePosition, usageRows } from "./usage-rows.ts";

/** Whose report it is. */
export interface ReportOf {
  readonly account: string;
  readonly ledger: AccountAdmin;
}

const COUNTS = ["answers", "charged", "refunded", "net"] as const;

function groupsOf(text: string | undefined): ReadonlySet<UsageGroup> {
  const asked = new Set((text ?? "day").split(","));
  return new Set(usageGroups.filter((name) => asked.has(name)));
}

/** Answers with what an account was charged. Throws `Problem`. */
export function usageReport({ account, ledger }: ReportOf, call: AdmittedCall, options: AccountRouteOptions) {
  const query = queryOf(UsageParameters, call);
  const days = dayRange(query, options.accounts.now());
  const groups = groupsOf(query.group_by);
  const scope = ["usage", account, days.from, days.to, [...groups].join(",")];
  const after = positionOf(scope, query.cursor, ["string", "string", "string"]);
  const list = {
    name: `usage-${days.from}-${days.to}`,
    rows: () => usageRows(ledger, { ...days, groups, after }),
    columns: [...groups, ...COUNTS],
    scope,
    positionOf: usagePosition,
    replyOf: (rows: object) => ({ ...days, rows }),
  };
  return listResponse(list, query, call, options);
}

/** Answers with an account's entries of some kinds. Throws `Problem`. */
export function entryReport(
  { account, ledger }: ReportOf,
  kinds: readonly Entry["kind"][],
  call: AdmittedCall,
  options: AccountRouteOptions,
) {
  const query = queryOf(EntryParameters, call);
  const scope = ["entries", kinds.join(","), account, query.key ?? null, query.from ?? null, query.to ?? null];
  const [before] = positionOf(scope, query.cursor, ["number"]) ?? [];
  const asked = {
    kinds,
    keyId: query.key,
    before: before === undefined ? undefined : Number(before),
    ...momentsOf(query),
  };
  const list = {
    name: "charges",
    rows: (atMost?: number) => entryRows(ledger, asked, atMost),
    columns: ENTRY_COLUMNS,
    scope,
    positionOf: ({ seq }: { readonly seq: number }) => [seq],
    replyOf: (entries: object) => ({ entries }),
  };
  return listResponse(list, query, call, options);
}

/** Answers with the charges under one id. Throws `unknown-id`. */
export async function chargeReport({ ledger }: ReportOf, id: string): Promise<Response> {
  const entries = [];
  if (ChargeId.safeParse(id).success) {
    for await (const entry of entryRows(ledger, { kinds: ["charge", "refund"], ref: id })) entries.push(entry);
  }
  if (entries.length > 0) return privateJson({ unit: MICRO_USD, id, entries });
  throw new Problem("unknown-id", `The account has no charge with the id ${excerpt(JSON.stringify(id))}.`);
}
