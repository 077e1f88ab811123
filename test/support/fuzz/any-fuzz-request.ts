import * as fc from "fast-check";
import { declared, rows } from "../document-check.ts";
import { analyzeContent, batchContent, type Content, mismatchedContent, taskContent } from "./any-content.ts";
import { anyHeaders } from "./any-headers.ts";
import { anyQuery } from "./any-query.ts";
import { utf8 } from "../text-bytes.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { stallingPaths } from "./image-server.ts";
import { weighted } from "./labelled.ts";
import { validRequest } from "./valid-request.ts";

const transfers = weighted<FuzzRequest["transfer"]>(
  [40, fc.constant("length")],
  [8, fc.constant("chunked")],
  [1, fc.constant("cut")],
);

/** Sends contents with any other headers, in any way. */
function sent(method: string, contents: fc.Arbitrary<Content>): fc.Arbitrary<FuzzRequest> {
  return fc.tuple(contents, anyHeaders, transfers).map(([{ what, target, headers, body }, others, transfer]) => ({
    what,
    method,
    target,
    headers: [...others, ...headers],
    body,
    transfer,
    isValid: false,
    stalls: false,
  }));
}

/** Spellings of a path: the URL standard makes some of them another path, some are unknown. */
const spellings: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => path.toUpperCase(),
  (path) => path.replace("/v1/", "/v1//"),
  (path) => path.replace("/v1/", "/v1/./"),
  (path) => path.replace("/v1/", "/x/../v1/"),
  (path) => path.replace("/v1/", "/v1%2f"),
  (path) => path.replace(/[a-z]/u, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => `${path}%00`,
  (path) => `${path}%ff`,
  (path) => `${path}%`,
  (path) => `/${path}`,
  (path) => `${path};a=b`,
];
const declaredPaths = [...declared.keys()];
const path = weighted(
  [8, fc.constantFrom(...declaredPaths)],
  [
    1,
    fc.constantFrom("/v1/vqa", "/v1/", "/v1", "/nothing", "/v1/%3COD%3E", "/v1/__proto__", `/v1/${"a".repeat(3000)}`),
  ],
  [2, fc.tuple(fc.constantFrom(...declaredPaths), fc.constantFrom(...spellings)).map(([own, spell]) => spell(own))],
);

const withoutBody: fc.Arbitrary<FuzzRequest> = fc
  .tuple(
    fc.constantFrom("GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE"),
    path,
    anyQuery([["a", "1"]]),
    anyHeaders,
  )
  .map(([method, own, { value: query }, headers]) => ({
    what: "no body",
    method,
    target: `${own}?${query}`,
    headers,
    body: undefined,
    transfer: "length",
    isValid: false,
    stalls: false,
  }));

const mismatched = fc
  .tuple(fc.constantFrom("POST", "POST", "POST", "PUT", "PATCH", "DELETE"), path)
  .chain(([method, own]) => sent(method, mismatchedContent(own)));

/** A valid request but for the server of its image. */
function stalling(origin: string): fc.Arbitrary<FuzzRequest> {
  return fc
    .tuple(fc.constantFrom(...rows.filter(({ input }) => input === "none")), fc.constantFrom(...stallingPaths))
    .map(([{ name }, url]) => ({
      what: `URL ${url}`,
      method: "POST",
      target: `/v1/${name}`,
      headers: [["content-type", "application/json"]],
      body: utf8(JSON.stringify({ image: origin + url })),
      transfer: "length",
      isValid: false,
      stalls: true,
    }));
}

/**
 * Requests to every operation of the OpenAPI document and beside them, from valid to hostile. `origin` is that of `startImageServer`. One request in
 * 3,000 names an image whose server stalls.
 */
export function anyFuzzRequest(origin: string): fc.Arbitrary<FuzzRequest> {
  return weighted<FuzzRequest>(
    [400, validRequest],
    [1800, sent("POST", taskContent(origin))],
    [250, sent("POST", analyzeContent(origin))],
    [250, sent("POST", batchContent(origin))],
    [150, withoutBody],
    [150, mismatched],
    [1, stalling(origin)],
  );
}
