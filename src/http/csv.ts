/** Media type of CSV (RFC 4180), with a line of names. */
export const CSV_MEDIA_TYPE = "text/csv; charset=utf-8; header=present";

type Cell = string | number | null;

/** A text that a spreadsheet would take for a formula; it is not given one that somebody else wrote. */
const FORMULA = /^[=+\-@\t\r]/u;

/** A cell of CSV. Numbers and null are themselves; a text that begins like a formula gets an apostrophe before it. */
function csvCell(cell: Cell): string {
  if (typeof cell !== "string") return String(cell ?? "");
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A record of CSV. */
export function csvRecord(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** How a list is sent as CSV. */
interface CsvOptions<Row> {
  readonly columns: readonly (keyof Row & string)[];
  /** Called when the last row was sent, the reader left, or the rows failed. */
  readonly onEnd: () => void;
  /** Called with what the rows have thrown: the response has begun by then, and can only be cut off. */
  readonly onError: (thrown: unknown) => void;
}

/** Streams rows as CSV: a row is asked for when the one before it was sent. */
export function csvStream<Row extends Readonly<Record<string, unknown>>>(
  rows: AsyncIterator<Row, void>,
  { columns, onEnd, onError }: CsvOptions<Row>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const cellsOf = (row: Row) => columns.map((name) => toCell(row[name]));
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(csvRecord(columns))),
    pull: async (controller) => {
      try {
        const next = await rows.next();
        if (next.done !== true) return controller.enqueue(encoder.encode(csvRecord(cellsOf(next.value))));
        onEnd();
        controller.close();
      } catch (thrown) {
        onError(thrown);
        onEnd();
        controller.error(thrown);
      }
    },
    cancel: onEnd,
  });
}

function toCell(value: unknown): Cell {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
