import type * as z from "zod";
import { Usage } from "../../src/contract/account-schemas.ts";
import type { AdminClient } from "./admin-client.ts";
import { columns } from "./columns.ts";
import { dollars } from "./dollars.ts";
import type { AccountFlags } from "./flags.ts";

type UsagePage = z.infer<typeof Usage>;
type Row = UsagePage["rows"][number];

function queryOf({ from, to, "group-by": groups = "day" }: AccountFlags): URLSearchParams {
  const given = Object.entries({ from, to, group_by: groups }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return new URLSearchParams(given);
}

async function allRows(client: AdminClient, path: string, query: URLSearchParams) {
  const rows: Row[] = [];
  let cursor: string | null = "";
  let page: UsagePage;
  do {
    page = await client.ask(Usage, { path: `${path}?${query.toString()}&limit=1000&cursor=${cursor}` });
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null);
  return { ...page, rows };
}

const sumOf = (rows: readonly Row[], name: "answers" | "charged" | "refunded" | "net"): number =>
  rows.reduce((sum, row) => sum + row[name], 0);

/** The numbers of rows, added up. */
function counts(rows: readonly Row[]): readonly (string | number)[] {
  const amounts = (["charged", "refunded", "net"] as const).map((name) => dollars(sumOf(rows, name)));
  return [sumOf(rows, "answers"), ...amounts];
}

function textOf({ from, to, rows }: UsagePage, groups: readonly ("day" | "task" | "key")[]): string {
  const lines = rows.map((row) => [...groups.map((name) => row[name] ?? ""), ...counts([row])]);
  const total = [...groups.map((_, index) => (index === 0 ? "all" : "")), ...counts(rows)];
  const names = [...groups, "answers", "charged", "refunded", "net"];
  return `${from} to ${to}, UTC\n\n${columns(names, [...lines, total])}`;
}

/** Shows what an account was charged. */
export async function showUsage(client: AdminClient, id: string, flags: AccountFlags) {
  const query = queryOf(flags);
  const path = `/${id}/usage`;
  if (flags.csv) {
    const text = await client.text({ path: `${path}?${query.toString()}&format=csv` });
    return { json: text, text: text.trimEnd() };
  }
  const usage = await allRows(client, path, query);
  const asked = new Set((flags["group-by"] ?? "day").split(","));
  const groups = (["day", "task", "key"] as const).filter((name) => asked.has(name));
  return { json: usage, text: textOf(usage, groups) };
}
