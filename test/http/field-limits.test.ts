import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { MAX_JSON_DELIMITERS, MAX_JSON_DEPTH } from "../../src/http/json.ts";
import { MAX_PARTS } from "../../src/http/multipart/parts.ts";
import { MAX_LIST_ELEMENTS } from "../../src/http/option-list.ts";
import { MAX_FIELDS } from "../../src/http/url-encoded.ts";
import { fakeApp } from "../support/fake-service.ts";

const LABELS = "/v1/open-vocabulary-detection";
const JSON_TYPE = "application/json";
const image = Uint8Array.of(0xff, 0xd8, 0xff, 1);

async function post(path: string, body: BodyInit, type = "image/jpeg") {
  const { app, requests } = fakeApp();
  const response = await app.request(path, { method: "POST", body, headers: { "content-type": type } });
  return { response, requests };
}

/** The problem of a request: its code, its fields and the length of its body in bytes. */
async function refusalOf(path: string, body: BodyInit, type?: string) {
  const { response, requests } = await post(path, body, type);
  expect(requests).toEqual([]);
  const text = await response.text();
  const { code, issues } = ProblemDetails.parse(JSON.parse(text));
  return { code, fields: issues.map(({ path: field }) => field), isShort: text.length < 4000 };
}

const repeated = (name: string, count: number) => Array.from({ length: count }, () => `${name}=a`).join("&");
const distinct = (count: number) => Array.from({ length: count }, (_, at) => `n${at}=1`).join("&");

/** What is said of JSON of this many levels. */
async function nestedDetail(depth: number): Promise<string> {
  const { response } = await post("/v1/caption", `${"[".repeat(depth)}${"]".repeat(depth)}`, JSON_TYPE);
  return ProblemDetails.parse(await response.json()).detail;
}

const listOf = (commas: number) => `${LABELS}?labels=cat${",".repeat(commas)}`;
const queryOf = (others: number) => `${LABELS}?labels=cat&${"text=&".repeat(others).slice(0, -1)}`;
const formOf = (others: number) => `image=QUJD&labels=cat&${"text=&".repeat(others).slice(0, -1)}`;

describe("the fields of a request", () => {
  it("may be as many as the limit, and no more, in a query", async () => {
    expect((await post(queryOf(MAX_FIELDS - 1), image)).response.status).toBe(200);
    expect(await refusalOf(queryOf(MAX_FIELDS), image)).toMatchObject({ code: "invalid-request", fields: [""] });
  });

  it("may be as many as the limit, and no more, in an urlencoded form", async () => {
    const type = "application/x-www-form-urlencoded";
    expect((await post(LABELS, formOf(MAX_FIELDS - 2), type)).response.status).toBe(200);
    expect(await refusalOf(LABELS, formOf(MAX_FIELDS - 1), type)).toMatchObject({ code: "invalid-request" });
  });

  it("may be as many in a form of either kind", () => {
    expect(MAX_FIELDS).toBe(MAX_PARTS);
  });

  // A million of anything: what was quadratic took hours.
  it.each([
    ["a query of distinct names", `/v1/caption?${distinct(100_000)}`, image, undefined],
    ["a query of one name", `${LABELS}?${repeated("labels", 100_000)}`, image, undefined],
    ["a query of indexed names", `${LABELS}?${repeated("labels[0]", 100_000)}`, image, undefined],
    ["a query of nested names", `/v1/caption?${"a[".repeat(100_000)}=1`, image, undefined],
    ["a query of separators", `/v1/caption?${"&".repeat(1_000_000)}`, image, undefined],
    ["a query of commas", `${LABELS}?labels=${",".repeat(1_000_000)}`, image, undefined],
    ["a query of blank labels", `${LABELS}?labels=${'" ",'.repeat(250_000)}`, image, undefined],
    ["a query of formats", `/v1/caption?${repeated(`include=${"x,".repeat(900)}`, 99)}`, image, undefined],
    ["a region of commas", `/v1/region-to-category?region=${",".repeat(1_000_000)}`, image, undefined],
    ["a form of fields", "/v1/caption", repeated("a", 1_000_000), "application/x-www-form-urlencoded"],
    ["a form of distinct fields", "/v1/caption", distinct(500_000), "application/x-www-form-urlencoded"],
    ["JSON of commas", "/v1/caption", `{"image":[${"1,".repeat(1_000_000)}1]}`, JSON_TYPE],
    ["JSON of names", "/v1/caption", `{"image":{${'"a":1,'.repeat(1_000_000)}"a":1}}`, JSON_TYPE],
    ["JSON of brackets", "/v1/caption", "[".repeat(1_000_000), JSON_TYPE],
    ["JSON of labels", LABELS, `{"image":"QUJD","labels":[${'"",'.repeat(1_000_000)}""]}`, JSON_TYPE],
    ["JSON of tasks", "/v1/analyze", `{"image":"QUJD","tasks":[${"{},".repeat(1_000_000)}{}]}`, JSON_TYPE],
    ["JSON of items", "/v1/batch", `{"items":[${"1,".repeat(1_000_000)}1]}`, JSON_TYPE],
  ] as const)("of any number are refused at once, in a short response: %s", async (_name, path, body, type) => {
    const begun = performance.now();
    expect(await refusalOf(path, body, type)).toMatchObject({ code: "invalid-request", isShort: true });
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it("may be a list with as many commas as the limit, and no more", async () => {
    expect((await post(listOf(MAX_LIST_ELEMENTS - 1), image)).response.status).toBe(200);
    expect(await refusalOf(listOf(MAX_LIST_ELEMENTS), image)).toMatchObject({ fields: ["labels"] });
  });

  it("may be nested as deep as the limit, and no deeper, before they are looked at", async () => {
    expect(await nestedDetail(MAX_JSON_DEPTH)).not.toContain(String(MAX_JSON_DEPTH));
    expect(await nestedDetail(MAX_JSON_DEPTH + 1)).toContain(String(MAX_JSON_DEPTH));
    expect(MAX_JSON_DELIMITERS).toBeGreaterThan(MAX_JSON_DEPTH);
  });
});
