import * as fc from "fast-check";
import { JOBS_PATH } from "../../../src/contract/paths.ts";
import { anyHeaders, type Header } from "./any-headers.ts";
import { validImage } from "./any-image.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { weighted } from "./labelled.ts";

const preferences = weighted<readonly Header[]>(
  [4, fc.constant([])],
  [
    4,
    fc
      .constantFrom(
        "respond-async",
        "respond-async, wait=1",
        "wait=1",
        "wait=0",
        "wait=99999999999",
        "wait=,=;",
        "\u00e9",
      )
      .map((value) => [["prefer", value]] as const),
  ],
);

const keys = weighted<readonly Header[]>(
  [4, fc.constant([])],
  [
    3,
    fc
      .constantFrom("a", "b", '"a"', "", '"', "two words", "x".repeat(256), "\u00e9")
      .map((value) => [["idempotency-key", value]] as const),
  ],
);

/** Ids that the API gave out, changed ones and others. */
const ids = (given: readonly string[]) => {
  const own = fc.constantFrom(...given);
  const changed = fc
    .tuple(own, fc.integer({ min: 4, max: 25 }), fc.constantFrom("A", "z", "-", "%41", "%00"))
    .map(([id, at, to]) => id.slice(0, at) + to + id.slice(at + 1));
  return weighted<string>(
    [8, own],
    [2, changed],
    [1, fc.constantFrom("a", "%ff", "%", "__proto__", "job_", "x".repeat(3000))],
  );
};

const lists = fc.constantFrom(
  "",
  "?status=queued",
  "?status=x",
  "?limit=0",
  "?limit=101",
  "?limit=5",
  "?cursor=x",
  "?a=b",
  "/",
);

/** Requests to the operations of jobs, and requests that make jobs. */
export function anyJobRequest(given: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const methods = fc.constantFrom("GET", "GET", "GET", "DELETE", "HEAD", "OPTIONS", "POST", "PUT");
  const job = fc.tuple(methods, ids(given)).map(([method, id]) => ({ method, target: `${JOBS_PATH}/${id}` }));
  const list = fc.tuple(methods, lists).map(([method, query]) => ({ method, target: JOBS_PATH + query }));
  const queries = ["?async=true", "?async=1&beams=1", "?async=perhaps", "?async=true&stream=true", "?webhook=x", ""];
  const create = fc.constantFrom(...queries).map((query) => ({ method: "POST", target: `/v1/caption${query}` }));
  return fc
    .tuple(weighted([5, job], [2, list], [3, create]), validImage, preferences, keys, anyHeaders)
    .map(([{ method, target }, { value }, preferred, keyed, odd]): FuzzRequest => {
      const body = method === "POST" ? value : undefined;
      const typed: readonly Header[] = body === undefined ? [] : [["content-type", "image/png"]];
      return {
        what: `${method} ${target}, ${JSON.stringify([...preferred, ...keyed])}`,
        method,
        target,
        headers: [...odd, ...typed, ...preferred, ...keyed],
        body,
        transfer: "length",
        isValid: false,
        stalls: false,
      };
    });
}
