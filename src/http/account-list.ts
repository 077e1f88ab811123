import { DEFAULT_PAGE_ROWS } from "../contract/account-fields.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import type { AccountRouteOptions, AdmittedCall } from "./account-route.ts";
import type { Place } from "./admission.ts";
import { privateJson } from "./account-route.ts";
import { CSV_MEDIA_TYPE, csvStream } from "./csv.ts";
import { type CursorScope, cursorOf, type Position } from "./cursor.ts";
import { loggedProblem } from "./problem-response.ts";

/** The rows of a list, and how they are shown. */
export interface AccountRows<Row> {
  /** The name of the file that a browser saves, without its ending. */
  readonly name: string;
  /** Begins to read the rows. `atMost` are as many as are asked for; undefined: all. */
  readonly rows: (atMost: number | undefined) => AsyncGenerator<Row, void>;
  readonly columns: readonly (keyof Row & string)[];
  /** What the cursors are for. */
  readonly scope: CursorScope;
  /** Where a row is in the list. */
  readonly positionOf: (row: Row) => Position;
  /** The reply in JSON, beside the unit and `next`. */
  readonly replyOf: (rows: readonly Row[]) => object;
}

/** How a list is asked for. */
export interface ListRequest {
  readonly format?: "json" | "csv" | undefined;
  readonly limit?: number | undefined;
}

/** Whether a list is sent as CSV: `format` says so, or else an Accept header that names CSV and not JSON. */
function isCsv({ format }: ListRequest, { headers }: Request): boolean {
  const accept = headers.get("accept") ?? "";
  return format === undefined ? accept.includes("text/csv") && !accept.includes("application/json") : format === "csv";
}

/** Sends a page of a list as JSON, or, as CSV, all rows from the cursor on. The request keeps its place until the last row was sent. */
export async function listResponse<Row extends Readonly<Record<string, unknown>>>(
  list: AccountRows<Row>,
  asked: ListRequest,
  { request, place, trace }: AdmittedCall,
  { logError }: Pick<AccountRouteOptions, "logError">,
): Promise<Response> {
  if (!isCsv(asked, request)) return privateJson(await pageOf(list, asked.limit ?? DEFAULT_PAGE_ROWS));
  const disposition = `attachment; filename="${list.name}.csv"`;
  const headers = { "content-type": CSV_MEDIA_TYPE, "content-disposition": disposition, "cache-control": "no-store" };
  const rows = staying(place, await begun(list.rows(undefined)));
  // Hono answers HEAD as GET and drops the body unread: a stream would never end, nor would its place.
  if (request.method === "HEAD") return new Response(null, { headers });
  const ended = Promise.withResolvers<void>();
  void place.during(() => ended.promise);
  place.stay();
  const body = csvStream(rows, {
    columns: list.columns,
    onEnd: ended.resolve,
    onError: (thrown) => loggedProblem(thrown, trace.requestId, logError),
  });
  return new Response(body, { headers });
}

/** Asks for the first row before the response begins: what fails at once is a problem, and no broken file. */
async function begun<Row>(rows: AsyncGenerator<Row, void>): Promise<AsyncIterator<Row, void>> {
  const first = await rows.next();
  let isFirst = true;
  return {
    next: () => {
      if (!isFirst) return rows.next();
      isFirst = false;
      return Promise.resolve(first);
    },
  };
}

/** The same rows; with each, the request keeps its place, however long all of them take. */
function staying<Row>(place: Place, rows: AsyncIterator<Row, void>): AsyncIterator<Row, void> {
  return {
    next: () => {
      place.stay();
      return rows.next();
    },
  };
}

async function pageOf<Row>({ rows, scope, positionOf, replyOf }: AccountRows<Row>, limit: number): Promise<object> {
  const page: Row[] = [];
  // One more row says whether there is a next page.
  for await (const row of rows(limit + 1)) {
    page.push(row);
    if (page.length > limit) break;
  }
  const shown = page.slice(0, limit);
  const last = shown.at(-1);
  const next = page.length > limit && last !== undefined ? cursorOf(scope, positionOf(last)) : null;
  return { unit: MICRO_USD, ...replyOf(shown), next };
}
