/** One member of a header that is a list, as `cache; hit` or `decode;dur=2`. */
export interface ListMember {
  readonly name: string;
  /** By their names in lower case; of several equal ones the first. A flag's value is empty. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Commas and semicolons part members and their parameters, but not inside quotes. */
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

/** The members of a header in their order; those without a name are left out. */
export function parseListHeader(header: string | null): readonly ListMember[] {
  return (header?.match(member) ?? []).flatMap((text) => {
    const [name = "", ...parameters] = (text.match(part) ?? []).map((each) => each.trim());
    return name === "" ? [] : [{ name, parameters: new Map(parameters.map(parameterOf).toReversed()) }];
  });
}
