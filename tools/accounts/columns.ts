type Cell = string | number;

/** Whether all values of a column are numbers or amounts, which stand at the right. */
function isNumeric(cells: readonly Cell[]): boolean {
  return cells.every((cell) => typeof cell === "number" || /^-?\$/u.test(cell));
}

/** Lays rows out in columns under their names, for a terminal. */
export function columns(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = names.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => String(row[index] ?? "").length)),
  );
  const isRight = names.map((_, index) => rows.length > 0 && isNumeric(rows.map((row) => row[index] ?? "")));
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, index) =>
        isRight[index] ? String(cell).padStart(widths[index] ?? 0) : String(cell).padEnd(widths[index] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [names, ...rows].map(line).join("\n");
}
