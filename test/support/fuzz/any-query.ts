import * as fc from "fast-check";
import { place } from "./byte-changes.ts";
import { offsetOf } from "./bytes.ts";
import { labelled, type Labelled, seldom, weighted } from "./labelled.ts";

/** Names and values of a query, before they are encoded. */
export type Pairs = readonly (readonly [name: string, value: string])[];

type PairsChange = Labelled<(pairs: Pairs) => Pairs>;

const oddValues = [
  "",
  " ",
  "null",
  "True",
  "1",
  "0",
  "-1",
  "1e9",
  "NaN",
  "1,2",
  "[1,2]",
  '["cat","dog"]',
  "a,b,,c",
  "<loc_1>",
  "\0",
  "\u00e9",
  "x".repeat(9000),
];
const oddNames = [
  "",
  "image",
  "image[]",
  "__proto__",
  "constructor",
  "task",
  "format[]",
  "labels",
  "labels[]",
  "labels[0]",
  "include[]",
  "Beams",
  " beams",
];

const at = (where: number, pairs: Pairs): number => offsetOf(where, Math.max(0, pairs.length - 1));

const changes: fc.Arbitrary<PairsChange> = fc.tuple(place, fc.constantFrom(...oddValues)).chain(([where, odd]) => {
  const rename = (change: (name: string) => string) => (pairs: Pairs) =>
    pairs.map(([name, value], index) => [index === at(where, pairs) ? change(name) : name, value] as const);
  return weighted<PairsChange>(
    [
      4,
      fc.constant({
        what: "an odd value",
        value: (pairs) => pairs.map(([name, value], index) => [name, index === at(where, pairs) ? odd : value]),
      }),
    ],
    [
      2,
      fc.constant({
        what: "a name twice",
        value: (pairs) => [...pairs, [pairs[at(where, pairs)]?.[0] ?? "beams", odd]],
      }),
    ],
    [1, fc.constant({ what: "a bracketed name", value: rename((name) => `${name}[]`) })],
    [1, fc.constant({ what: "an indexed name", value: rename((name) => `${name}[0]`) })],
    [
      2,
      labelled(
        "an unknown name",
        fc.constantFrom(...oddNames).map((name) => (pairs: Pairs) => [...pairs, [name, odd] as const]),
      ),
    ],
    [
      1,
      labelled(
        "200 names",
        fc.constant((pairs: Pairs) => [
          ...pairs,
          ...Array.from({ length: 200 }, (_, index) => [`n${index}`, "1"] as const),
        ]),
      ),
    ],
  );
});

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

/** Queries that no encoder writes. Not the characters that workerd itself refuses in a request line: <, >, quotes, and what is not ASCII. */
const broken: readonly ((query: string) => string)[] = [
  (query) => `${query}&%`,
  (query) => `${query}&beams=%zz`,
  (query) => `${query}&text=%ff%fe`,
  (query) => `${query}&%ff=1`,
  (query) => `${query}&text=%00`,
  (query) => `${query}&text=%ud800`,
  (query) => `${query}&text=%ed%a0%80`,
  (query) => query.replaceAll("&", ";"),
  (query) => `&&${query}&&`,
  (query) => `=${query}=`,
  (query) => `?${query}?`,
  (query) => query.replaceAll("%20", "+").replaceAll("%2C", ","),
  (query) => query.replaceAll("=", "%3D"),
  (query) => query.replace(/=[^&]*/u, ""),
  (query) => `${query}&a[b][c]=1&a[]=2&a.b=3`,
  (query) => `${query}&text={}|^\`\\`,
];

/** A query of these pairs without its `?`: as encoders write it in 3 of 4 cases, else with other names and values, or broken. */
export function anyQuery(pairs: Pairs): fc.Arbitrary<Labelled<string>> {
  const text = (list: Pairs): string => list.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  const changed = changes.map(({ what, value: change }) => ({
    what: `query with ${what}`,
    value: text(change(pairs)),
  }));
  const odd = fc.constantFrom(...broken).map((change) => ({ what: "a broken query", value: change(text(pairs)) }));
  return seldom(4, fc.constant({ what: "query", value: text(pairs) }), weighted([3, changed], [2, odd]));
}
