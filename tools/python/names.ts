/** `objectDetection` or `object-detection` as a Python name. */
export function snakeCase(name: string): string {
  return name
    .replaceAll("-", "_")
    .replaceAll(/(?<=[a-z0-9])[A-Z]/gu, "_$&")
    .toLowerCase();
}

/** `coco_rle` as a part of a class name. */
export function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|[-_])(\w)/gu, (_, letter: string) => letter.toUpperCase());
}

const LINE_LENGTH = 120;

/** A docstring at an indentation, on one line or wrapped. */
export function docstring(text: string, indent: string): string {
  const escaped = text.replaceAll("\\", String.raw`\\`).replaceAll('"""', String.raw`\"\"\"`);
  const isOpen = escaped.endsWith('"');
  const oneLine = `${indent}"""${escaped}${isOpen ? " " : ""}"""`;
  if (oneLine.length <= LINE_LENGTH) return `${oneLine}\n`;
  const lines = wrapped(escaped, LINE_LENGTH - indent.length - 3);
  return `${indent}"""${lines.join(`\n${indent}`)}\n${indent}"""\n`;
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** A Python `Literal` of strings. */
export function literal(values: readonly unknown[]): string {
  return `Literal[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}
