/**
 * Reads a list of items with parameters, by the algorithm of RFC 9651, section 4.2, for Integers, Strings and Booleans: a second opinion on
 * fields that this project writes. Throws for anything else.
 */
export function readFieldItems(field: string): readonly (readonly [unknown, Readonly<Record<string, unknown>>])[] {
  let rest = field;
  const take = (pattern: RegExp): string => {
    const [taken] = pattern.exec(rest) ?? [];
    if (taken === undefined) throw new Error(`No ${String(pattern)} at ${rest}`);
    rest = rest.slice(taken.length);
    return taken;
  };
  const readBare = (): unknown => {
    if (rest.startsWith("?")) return take(/^\?[01]/u) === "?1";
    if (!rest.startsWith('"')) return Number(take(/^-?\d{1,15}(?![\d.])/u));
    take(/^"/u);
    let text = "";
    while (!rest.startsWith('"')) text += take(/^(?:\\["\\]|[ -!#-[\]-~])/u).slice(-1);
    take(/^"/u);
    return text;
  };
  const items: (readonly [unknown, Readonly<Record<string, unknown>>])[] = [];
  for (;;) {
    const value = readBare();
    const parameters: Record<string, unknown> = {};
    while (rest.startsWith(";")) {
      const name = take(/^; *[a-z*][a-z0-9_.*-]*/u)
        .slice(1)
        .trim();
      parameters[name] = rest.startsWith("=") ? (take(/^=/u), readBare()) : true;
    }
    items.push([value, parameters]);
    if (rest === "") return items;
    take(/^[ \t]*,[ \t]*(?=.)/u);
  }
}
