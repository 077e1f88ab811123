import * as fc from "fast-check";
import type { AccountOperation } from "../../../src/contract/account-operation.ts";
import { accountOperations } from "../../../src/contract/account-operations.ts";
import { adminOperations } from "../../../src/contract/admin-operations.ts";
import { strangersKey } from "../fake-accounts.ts";
import { jsonContent } from "./any-content.ts";
import { anyFuzzRequest } from "./any-fuzz-request.ts";
import { anyHeaders, type Header } from "./any-headers.ts";
import { membersOf } from "./any-json.ts";
import { anyQuery } from "./any-query.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { weighted } from "./labelled.ts";

/**
 * Names of what a campaign makes before its first request; in a request, `$name` stands for it. `side` is the key of an account that requests may close, and `account`
 * `key` and `doomed` are ids in it; only the last key is revoked.
 */
export const accountWords = [
  "rich",
  "poor",
  "narrow",
  "revoked",
  "admin",
  "side",
  "account",
  "key",
  "doomed",
  "charge",
] as const;
export type AccountWords = Readonly<Record<(typeof accountWords)[number], string>>;

/** Returns a request with the words in its path and headers replaced. */
export function withWords(request: FuzzRequest, words: AccountWords): FuzzRequest {
  const filled = (text: string): string =>
    accountWords.reduce((rest, word) => rest.replaceAll(`$${word}`, words[word]), text);
  const headers = request.headers.map(([name, value]): Header => [name, filled(value)]);
  return { ...request, target: filled(request.target), headers };
}

const bearer = (text: string): readonly Header[] => [["authorization", `Bearer ${text}`]];
const valid: readonly Header[] = bearer("$rich");

/** Credentials that are not the right ones. */
const wrong = fc.constantFrom<readonly Header[]>(
  [],
  bearer("$poor"),
  bearer("$narrow"),
  bearer("$revoked"),
  bearer("$admin"),
  bearer(strangersKey()),
  bearer(`fe_live_${"A".repeat(53)}`),
  bearer(""),
  [["authorization", "Basic $rich"]],
  [["x-api-key", "\u00ff"]],
  [["x-api-key", "$poor"]],
  [...valid, ["x-api-key", "$poor"]],
);

const odd = ["", "0", "1e3", "-1", "1.5", "300;a=1", "999999999999999", "9999999999999999", "\u00ff", "x".repeat(300)];

/** Headers about money, most often none. */
const moneyHeaders: fc.Arbitrary<readonly Header[]> = weighted(
  [6, fc.constant([])],
  [2, fc.constantFrom(...odd).map((value): readonly Header[] => [["max-price", value]])],
  [2, fc.constantFrom("a", '"b"', ...odd).map((value): readonly Header[] => [["idempotency-key", value]])],
);

/** A request for an answer, with credentials and headers about money. It stays valid only with a key that has all that it needs. */
function paid(request: FuzzRequest): fc.Arbitrary<FuzzRequest> {
  const credentials = weighted(
    [6, fc.constant(valid)],
    [1, fc.constant<readonly Header[]>([["x-api-key", "$rich"]])],
    [3, wrong],
  );
  return fc.tuple(credentials, moneyHeaders).map(([credential, money]) => {
    const names = new Set([...credential, ...money].map(([name]) => name));
    const others = request.headers.filter(([name]) => !names.has(name));
    const isValid = request.isValid && credential === valid && money.length === 0;
    return { ...request, headers: [...others, ...credential, ...money], isValid };
  });
}

const operations: readonly AccountOperation[] = [
  ...Object.values(accountOperations),
  ...Object.values(adminOperations),
];
const ids = weighted(
  [6, fc.constant("$")],
  [1, fc.constantFrom("AAAAAAAAAAA", "%00", "%ff", "x".repeat(300), "__proto__")],
);
const queries = anyQuery([
  ["from", "2026-11-01"],
  ["limit", "5"],
  ["format", "csv"],
  ["group_by", "day,key"],
]);

function wordFor({ method }: AccountOperation, name: string, id: string): string {
  if (id !== "$") return id;
  return method === "DELETE" && name === "key" ? "$doomed" : `$${name}`;
}

/** A request to an operation of accounts, on the account that may be closed. */
const operationRequest: fc.Arbitrary<FuzzRequest> = fc
  .tuple(fc.constantFrom(...operations), ids, queries, anyHeaders)
  .chain(([row, id, query, others]) => {
    const path = row.path.replaceAll(/\{(?<name>\w+)\}/gu, (_, name: string) => wordFor(row, name, id));
    const content =
      row.body === undefined
        ? fc.constant({
            what: query.what,
            target: `${path}?${row.query === undefined ? "" : query.value}`,
            headers: [],
            body: undefined,
          })
        : jsonContent(path, membersOf({ ...row.example.body }), "");
    const right = row.access === "anybody" ? [] : bearer(row.access === "operator" ? "$admin" : "$side");
    const credentials = weighted([5, fc.constant(right)], [1, wrong]);
    const ref = weighted(
      [3, fc.uuid().map((value): readonly Header[] => [["idempotency-key", value]])],
      [1, moneyHeaders],
    );
    return fc
      .tuple(content, credentials, ref)
      .map(([{ what, target, headers, body }, credential, money]): FuzzRequest => ({
        what: `${row.id}: ${what}`,
        method: row.method,
        target,
        headers: [
          ...others.filter(([name]) => name !== "authorization" && name !== "idempotency-key"),
          ...headers,
          ...credential,
          ...money,
        ],
        body,
        transfer: "length",
        isValid: false,
        stalls: false,
      }));
  });

/** Requests to an API with accounts: those for answers with keys of all kinds, and those to the operations of accounts. `origin` is that of `startImageServer`. */
export function anyAccountRequest(origin: string): fc.Arbitrary<FuzzRequest> {
  return weighted([3, anyFuzzRequest(origin).chain(paid)], [2, operationRequest]);
}
