/** A constant of a generated module: a list, with each row on a line of its own. */
export function constantText(name: string, type: string, rows: readonly object[]): string {
  const lines = rows.map((row) => `  ${JSON.stringify(row)},\n`);
  return `export const ${name}: readonly ${type}[] = [\n${lines.join("")}];\n`;
}

/** The first line of a generated module. */
export const GENERATED =
  "// Generated from src/contract/ and src/florence/tasks.ts by `npm run docs` of florence-edge.\n";
