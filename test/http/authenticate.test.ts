import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatKey, parseKey } from "../../src/accounts/key-codec.ts";
import { Problem } from "../../src/contract/problems.ts";
import { UNKNOWN_KEY } from "../../src/charging/refusal-problem.ts";
import { authenticate, credentialOf } from "../../src/http/authenticate.ts";
import { anyKey, seededRandom } from "../support/any-key.ts";
import { mutatedKey } from "../support/mutated-key.ts";

const parts = { mode: "live", account: "A".repeat(11), keyId: "K".repeat(6), secret: "S".repeat(30) } as const;
const key = formatKey(parts);
const otherKey = formatKey({ ...parts, mode: "test" });

/** What is thrown for these headers; fails if nothing is. */
function problemOf(headers: Readonly<Record<string, string>>): Problem {
  try {
    authenticate(new Headers(headers));
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
  }
  throw new Error("The headers were accepted.");
}

describe("authenticate", () => {
  it.each([
    ["as a bearer token", { authorization: `Bearer ${key}` }],
    ["with the scheme in any case", { authorization: `bEARER ${key}` }],
    ["with spaces around it", { authorization: `  Bearer   ${key} ` }],
    ["as X-API-Key", { "x-api-key": key }],
    ["as Ocp-Apim-Subscription-Key", { "ocp-apim-subscription-key": key }],
    [
      "as all three, if they are the same",
      { authorization: `Bearer ${key}`, "x-api-key": key, "ocp-apim-subscription-key": key },
    ],
    ["as both, if they are the same", { authorization: `Bearer ${key}`, "x-api-key": key }],
    ["as X-API-Key beside another scheme", { authorization: "Payment eyJhIjoxfQ", "x-api-key": key }],
    ["as a bearer token beside an empty X-API-Key", { authorization: `Bearer ${key}`, "x-api-key": "" }],
  ])("takes a key %s", (_, headers) => {
    expect(authenticate(new Headers(headers))).toEqual(parts);
  });

  it.each([
    ["no header", {}, "key-missing"],
    ["an empty one", { authorization: "" }, "key-missing"],
    ["a scheme alone", { authorization: "Bearer " }, "key-missing"],
    ["another scheme", { authorization: "Basic YTpi" }, "key-missing"],
    ["a key without a scheme", { authorization: key }, "key-missing"],
    ["two keys in one header", { authorization: `Bearer ${key}, Bearer ${otherKey}` }, "key-invalid"],
    ["two different keys", { authorization: `Bearer ${key}`, "x-api-key": otherKey }, "key-invalid"],
    [
      "two different keys, one in Azure's header",
      { "x-api-key": key, "ocp-apim-subscription-key": otherKey },
      "key-invalid",
    ],
    ["half a key", { "x-api-key": key.slice(0, 30) }, "key-invalid"],
    ["a key in quotes", { "x-api-key": `"${key}"` }, "key-invalid"],
    ["somebody else's token", { authorization: "Bearer sk-0123456789" }, "key-invalid"],
  ])("refuses %s", (_, headers, code) => {
    expect(problemOf(headers).code).toBe(code);
  });

  it("says the same of every key that is none, and never repeats it", () => {
    fc.assert(
      fc.property(anyKey, fc.integer(), (good, seed) => {
        const mutated = mutatedKey(good, seededRandom(seed));
        // Cut to nothing, it is missing.
        if (mutated === undefined || mutated === "") return;
        const problem = problemOf({ "x-api-key": mutated });
        expect([problem.code, problem.detail]).toEqual(["key-invalid", UNKNOWN_KEY]);
        expect(parseKey(mutated)).toBeUndefined();
      }),
    );
  });

  it("repeats no credential in any message", () => {
    const headers = [
      { authorization: key },
      { authorization: "Basic c2VjcmV0" },
      { authorization: `Bearer ${key}`, "x-api-key": otherKey },
      { authorization: `Bearer ${key.slice(1)}` },
    ];
    for (const each of headers) {
      const { message, detail, issues, members } = problemOf(each);
      const said = JSON.stringify([message, detail, issues, members]);
      for (const secret of [key.slice(8), otherKey.slice(8), "c2VjcmV0"]) expect(said).not.toContain(secret);
    }
  });

  it("lets others read a credential that is no key of an account, such as the operator's", () => {
    expect(credentialOf(new Headers({ authorization: "Bearer the operator's" }))).toBe("the operator's");
  });
});
