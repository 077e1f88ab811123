/** The fields of a request to Stripe. Lists are fields with the names `0`, `1`, …; what is undefined is not sent. */
export interface Fields {
  readonly [name: string]: string | number | boolean | undefined | Fields;
}

function pairs(fields: Fields, prefix: string): readonly (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const path = prefix === "" ? name : `${prefix}[${name}]`;
    if (value === undefined) return [];
    return typeof value === "object" ? pairs(value, path) : [[path, String(value)] as const];
  });
}

/** Returns fields as a form, in which Stripe's API takes them: `{ a: { b: 1 } }` → `a[b]=1`, percent-encoded. */
export function formBody(fields: Fields): string {
  return new URLSearchParams(pairs(fields, "").map(([name, value]) => [name, value])).toString();
}
