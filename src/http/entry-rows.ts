import type { AccountAdmin, EntryQuery } from "../accounts/ledger-admin.ts";
import { MAX_PAGE_ROWS } from "../contract/account-fields.ts";
import { accepted } from "./account-refusal.ts";
import { entryView } from "./account-views.ts";

type EntryView = ReturnType<typeof entryView>;

/** Columns of entries as CSV. */
export const ENTRY_COLUMNS = [
  "seq",
  "kind",
  "id",
  "amount",
  "task",
  "key",
  "request_id",
  "price_revision",
  "at",
] as const satisfies readonly (keyof EntryView)[];

/** An account's entries, newest first, page after page. `limit` is the most that is asked for at once. */
export async function* entryRows(
  admin: Pick<AccountAdmin, "entries">,
  query: Omit<EntryQuery, "limit">,
  limit = MAX_PAGE_ROWS,
): AsyncGenerator<EntryView, void> {
  let before = query.before;
  do {
    const page: { readonly entries: readonly Parameters<typeof entryView>[0][]; readonly next: number | null } =
      accepted(await admin.entries({ ...query, before, limit: Math.min(limit, MAX_PAGE_ROWS) }));
    yield* page.entries.map(entryView);
    before = page.next ?? undefined;
  } while (before !== undefined);
}
