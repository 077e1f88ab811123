import { parseFields } from "./url-encoded.ts";

/** Returns the parameters of a query; a blank one counts as absent, and one that is repeated becomes a list, which its schema refuses. */
export function queryFields({ url }: Pick<Request, "url">): Readonly<Record<string, unknown>> {
  const fields = parseFields(new URL(url).search.slice(1)).filter(([, value]) => value.trim() !== "");
  const byName = Map.groupBy(fields, ([name]) => name);
  const given = [...byName].map(([name, [first, ...others]]) => [name, others.length > 0 ? [] : first?.[1]] as const);
  return Object.fromEntries(given);
}
