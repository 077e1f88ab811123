import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { EntryList } from "../../src/contract/account-schemas.ts";
import { Account, AuditReport } from "../../src/contract/admin-schemas.ts";
import type { AdminClient } from "../accounts/admin-client.ts";
import { openToRead } from "../read-database.ts";
import { OBJECT_CLASSES } from "../serve.ts";
import type { Books, Entry } from "./observation.ts";
import type { Payer } from "./place.ts";

/** Returns all entries of an account, page after page. */
export async function entriesOf(admin: AdminClient, { id }: Payer): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = null;
  do {
    const query: string = new URLSearchParams({ limit: "1000", ...(cursor !== null && { cursor }) }).toString();
    const page = await admin.ask(EntryList, { path: `/${id}/entries?${query}` });
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== null);
  return entries;
}

/** Returns the books of an account, with its entries of an earlier time. */
export async function booksOf(admin: AdminClient, payer: Payer, before: readonly Entry[]): Promise<Books> {
  const { balance, held } = await admin.ask(Account, { path: `/${payer.id}` });
  const audit = await admin.ask(AuditReport, { path: `/${payer.id}/audit` });
  return { isPrepaid: payer.isPrepaid, before, after: await entriesOf(admin, payer), balance, held, audit };
}

/** The number of holds in a file, and the last of their deadlines. */
function holdsIn(path: string): { readonly count: number; readonly lastMs: number } | undefined {
  const database = openToRead(path);
  try {
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'holds'").get() === undefined) return undefined;
    const row = database.prepare("SELECT count(*) AS count, max(deadlineMs) AS lastMs FROM holds").get();
    return { count: Number(row?.["count"]), lastMs: Number(row?.["lastMs"] ?? 0) };
  } finally {
    database.close();
  }
}

/**
 * Counts the holds in the files of all accounts, and says when the last of them must have ended. No account is asked: any question would end what is due. Throws an
 * error if there are not as many files as accounts, since then something else would be counted. `objects` is where workerd stores its objects.
 */
export async function storedHolds(objects: string, accounts: number) {
  const folder = join(objects, OBJECT_CLASSES.ACCOUNTS_LEDGER);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sqlite"));
  const holds = files.flatMap((name) => holdsIn(join(folder, name)) ?? []);
  if (holds.length !== accounts) {
    throw new Error(`There are files of ${holds.length} accounts, and ${accounts} accounts.`);
  }
  const count = holds.reduce((sum, each) => sum + each.count, 0);
  return { count, lastMs: Math.max(...holds.map(({ lastMs }) => lastMs)) };
}
