import { describe, expect, it } from "vitest";
import { ProblemDetails, problemCodes } from "../../src/contract/problem-details.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { Problem } from "../../src/contract/problems.ts";
import { problemResponse, RETRY_AFTER_SECONDS } from "../../src/http/problem-response.ts";

function headersOf(code: (typeof problemCodes)[number], retryAfterSeconds?: number): Headers {
  return problemResponse(new Problem(code, "", { retryAfterSeconds }), "r").headers;
}

describe("a problem's response", () => {
  it("has the members of its problem, which others do not have", async () => {
    const members = { price: 1500, balance: 900, top_up: "Ask." };
    const body: unknown = await problemResponse(new Problem("insufficient-credits", "", { members }), "r").json();
    expect(ProblemDetails.parse(body)).toMatchObject(members);
    const limited = new Problem("rate-limited", "", { members: { "violated-policies": ["requests"] } });
    expect(await problemResponse(limited, "r").json()).toMatchObject({ "violated-policies": ["requests"] });
    expect(Object.keys(JSON.parse(await problemResponse(new Problem("internal", ""), "r").text()))).toEqual([
      "type",
      "title",
      "status",
      "detail",
      "code",
      "fix",
      "retryable",
      "request_id",
      "issues",
    ]);
  });

  it("asks for a key with status 401, and only names the scheme where none was sent", () => {
    for (const code of problemCodes) {
      expect(headersOf(code).has("www-authenticate")).toBe(problems[code].status === 401 || code === "scope-missing");
    }
    expect(headersOf("key-missing").get("www-authenticate")).toBe("Bearer");
    expect(headersOf("key-invalid").get("www-authenticate")).toBe('Bearer error="invalid_token"');
  });

  it("says when to try again: after the problem's own seconds, or after the time of one answer", () => {
    expect(headersOf("rate-limited", 17).get("retry-after")).toBe("17");
    const codes = ["rate-limited", "too-many-at-once", "idempotency-in-progress", "ledger-unavailable", "overloaded"];
    const told = problemCodes.filter((code) => headersOf(code).get("retry-after") === String(RETRY_AFTER_SECONDS));
    expect(told).toEqual(expect.arrayContaining(codes));
    expect(told).not.toContain("insufficient-credits");
    expect(told).not.toContain("internal");
  });

  it("must not be stored by anybody: it tells of one account", () => {
    expect(headersOf("insufficient-credits").get("cache-control")).toBe("no-store");
  });
});
