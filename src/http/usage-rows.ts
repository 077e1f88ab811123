import type { AccountAdmin, UsageRow } from "../accounts/ledger-admin.ts";
import { MAX_PAGE_ROWS } from "../contract/account-fields.ts";
import { usageGroups } from "../contract/account-operations.ts";
import { accepted } from "./account-refusal.ts";
import type { Position } from "./cursor.ts";
import type { DayRange } from "./day-range.ts";

/** What usage is grouped by. */
export type UsageGroup = (typeof usageGroups)[number];

/** A sum of usage; what it is not grouped by is null. */
export interface UsageSum extends Readonly<Record<string, unknown>> {
  readonly day: string | null;
  readonly task: string | null;
  readonly key: string | null;
  readonly answers: number;
  readonly charged: number;
  readonly refunded: number;
  readonly net: number;
}

/** What is reported. */
export interface UsageReport extends DayRange {
  readonly groups: ReadonlySet<UsageGroup>;
  /** Only groups after this one. */
  readonly after: Position | undefined;
}

/** Where a sum is in the list: by day, task and key. */
export function usagePosition({ day, task, key }: UsageSum): readonly string[] {
  return [day ?? "", task ?? "", key ?? ""];
}

function isAfter(position: readonly string[], after: Position | undefined): boolean {
  if (after === undefined) return true;
  const index = position.findIndex((value, at) => value !== after[at]);
  return index !== -1 && (position[index] ?? "") > String(after[index]);
}

/** The rows of an account's usage, page after page. */
async function* rowsOf(admin: Pick<AccountAdmin, "usage">, { from, to }: DayRange): AsyncGenerator<UsageRow, void> {
  let after: UsageRow | undefined;
  do {
    const { rows }: { readonly rows: readonly UsageRow[] } = accepted(
      await admin.usage({ from, to, limit: MAX_PAGE_ROWS, ...(after && { after: keyOf(after) }) }),
    );
    yield* rows;
    after = rows.length === MAX_PAGE_ROWS ? rows.at(-1) : undefined;
  } while (after !== undefined);
}

function keyOf({ day, keyId, task }: UsageRow): Pick<UsageRow, "day" | "keyId" | "task"> {
  return { day, keyId, task };
}

function groupOf(row: UsageRow, groups: ReadonlySet<UsageGroup>): UsageSum {
  const { day, task, keyId: key, answers, amount: charged, refunded } = row;
  const fields = { day, task, key };
  const grouped = usageGroups.map((name) => [name, groups.has(name) ? fields[name] : null] as const);
  const counts = { answers, charged, refunded, net: charged - refunded };
  return { day: null, task: null, key: null, ...Object.fromEntries(grouped), ...counts };
}

function added(one: UsageSum | undefined, other: UsageSum): UsageSum {
  if (one === undefined) return other;
  return {
    ...one,
    answers: one.answers + other.answers,
    charged: one.charged + other.charged,
    refunded: one.refunded + other.refunded,
    net: one.net + other.net,
  };
}

function comparePositions(one: UsageSum, other: UsageSum): number {
  const after = usagePosition(other);
  return isAfter(usagePosition(one), after) ? 1 : -1;
}

/**
 * Sums an account's usage, in the order of day, task and key. Rows come in the order of days: sums by day are sent when the day ends, so that only
 * one day's are in memory; otherwise all, which are as many as there are tasks and keys.
 */
export async function* usageRows(
  admin: Pick<AccountAdmin, "usage">,
  { from, to, groups, after }: UsageReport,
): AsyncGenerator<UsageSum, void> {
  const firstDay = groups.has("day") && after !== undefined ? String(after[0]) : from;
  let sums = new Map<string, UsageSum>();
  let day = "";
  const sorted = () =>
    [...sums.values()].filter((sum) => isAfter(usagePosition(sum), after)).toSorted(comparePositions);
  for await (const row of rowsOf(admin, { from: firstDay > from ? firstDay : from, to })) {
    if (groups.has("day") && row.day !== day) {
      yield* sorted();
      sums = new Map();
      day = row.day;
    }
    const group = groupOf(row, groups);
    const name = JSON.stringify(usagePosition(group));
    sums.set(name, added(sums.get(name), group));
  }
  yield* sorted();
}
