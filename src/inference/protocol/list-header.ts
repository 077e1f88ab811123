/** One member of a list header, for example `cache; hit` or `decode;dur=2`. */
export interface ListMember {
  readonly name: string;
  /** Values by lowercase name; the first of duplicates. The value of a flag is empty. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Commas separate members and semicolons their parameters, except inside quotes. */
const member = /(?:"(?:[^"\\]|\\.)*(?:"|$)|[^",])+/g;
const part = /(?:"(?:[^"\\]|\\.)*(?:"|$)|[^";])+/g;

function unquoted(value: string): string {
  const inside = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  return inside?.replaceAll(/\\(.)/g, "$1") ?? value;
}

function parameterOf(text: string): readonly [string, string] {
  const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(text) ?? [];
  return [name.trim().toLowerCase(), unquoted(value.trim())];
}

/** Parses a list header to its members in order; skips members without a name. */
export function parseListHeader(header: string | null): readonly ListMember[] {
  return (header?.match(member) ?? []).flatMap((text) => {
    const [name = "", ...parameters] = (text.match(part) ?? []).map((each) => each.trim());
    return name === "" ? [] : [{ name, parameters: new Map(parameters.map(parameterOf).toReversed()) }];
  });
}
