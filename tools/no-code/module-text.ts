import { MAX_IMAGE_BYTES } from "../../src/image/image.ts";

/** The limit of an image's file, as a constant of a generated module. */
export const IMAGE_LIMIT = `/** Bytes of the largest file that the API takes. */\nexport const MAX_IMAGE_BYTES = ${MAX_IMAGE_BYTES};\n`;

/** A constant of a generated module: a list, with each row on a line of its own. */
export function constantText(name: string, type: string, rows: readonly object[]): string {
  const lines = rows.map((row) => `  ${JSON.stringify(row)},\n`);
  return `export const ${name}: readonly ${type}[] = [\n${lines.join("")}];\n`;
}

/** The first line of a generated module. */
export const GENERATED =
  "// Generated from src/contract/ and src/florence/tasks.ts by `npm run docs` of florence-edge.\n";
