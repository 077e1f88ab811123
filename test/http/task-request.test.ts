import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { MAX_NEW_TOKENS, MAX_URL_CHARACTERS } from "../../src/contract/request-limits.ts";
import { MAX_BEAMS, MAX_LABELS, MAX_TEXT_CHARACTERS } from "../../src/contract/requests.ts";
import { MAX_BODY_BYTES } from "../../src/http/body.ts";
import { MAX_ECHO_CHARACTERS } from "../../src/bytes/excerpt.ts";
import { MAX_JSON_DELIMITERS } from "../../src/http/json.ts";
import { MAX_ISSUES } from "../../src/http/validated.ts";
import { fakeApp } from "../support/fake-service.ts";

const json = { "content-type": "application/json" };

async function post(path: string, body: BodyInit, headers: Record<string, string> = json) {
  const { app, requests } = fakeApp();
  const response = await app.request(path, { method: "POST", body, headers });
  return { response, requests };
}

async function problemOf(path: string, body: unknown) {
  const { response } = await post(path, JSON.stringify(body));
  const { code, status, issues } = ProblemDetails.parse(await response.json());
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return { code, status, paths: issues.map(({ path: issuePath }) => issuePath) };
}

describe("the image", () => {
  it("can be the body itself", async () => {
    const { requests } = await post("/v1/caption", new Uint8Array([1, 2, 3]), { "content-type": "image/png" });
    expect(requests).toEqual([
      { task: "caption", image: { kind: "bytes", bytes: new Uint8Array([1, 2, 3]) }, options: {} },
    ]);
  });

  it.each([{ image: "QUJD" }, { image: { base64: "QUJD" } }])("can be base64: %j", async (body) => {
    const { requests } = await post("/v1/caption", JSON.stringify(body));
    expect(requests[0]?.image).toEqual({ kind: "base64", text: "QUJD" });
  });

  it("may have any image type, since its bytes determine the format", async () => {
    const { response } = await post("/v1/caption", "x", { "content-type": "Image/PJPEG; charset=binary" });
    expect(response.status).toBe(200);
  });

  it("determines the problem code if it is missing among other fields", async () => {
    const { code, paths } = await problemOf("/v1/caption-to-phrase-grounding", {});
    expect({ code, paths: paths.toSorted() }).toEqual({ code: "image-required", paths: ["image", "text"] });
  });

  it.each([{ image: "https://example.com/cat.jpg" }, { image: { url: "https://example.com/cat.jpg" } }])(
    "can be a URL: %j",
    async (body) => {
      const { requests } = await post("/v1/caption", JSON.stringify(body));
      expect(requests[0]?.image).toEqual({ kind: "url", url: "https://example.com/cat.jpg" });
    },
  );

  it.each([
    [{ image: { base64: "https://example.com/cat.jpg" } }, "image.base64"],
    [{ image: { url: "" } }, "image.url"],
    [{ image: { url: 7 } }, "image.url"],
    [{ image: { url: `https://example.com/${"a".repeat(MAX_URL_CHARACTERS)}` } }, "image.url"],
    [{ image: `https://example.com/${"a".repeat(MAX_URL_CHARACTERS)}` }, "image"],
    [{ image: { url: "https://example.com/cat.jpg", base64: "QUJD" } }, "image"],
  ])("is rejected if it is neither: %j", async (body, path) => {
    const { code, paths } = await problemOf("/v1/caption", body);
    expect({ code, paths }).toEqual({ code: "invalid-request", paths: [path] });
  });

  it("is never taken from the query", async () => {
    const { response } = await post("/v1/caption?image=https://example.com/cat.jpg", "x", {
      "content-type": "image/jpeg",
    });
    expect(ProblemDetails.parse(await response.json()).code).toBe("invalid-request");
  });
});

describe("options", () => {
  it("are parsed from the query if the body is an image", async () => {
    const path = "/v1/region-to-category?region=1,2.5,30,40&max_new_tokens=7&beams=3";
    const { requests } = await post(path, "x", { "content-type": "image/jpeg" });
    expect(requests[0]?.options).toEqual({ region: { x1: 1, y1: 2.5, x2: 30, y2: 40 }, max_new_tokens: 7, beams: 3 });
  });

  it("may be repeated if they are lists", async () => {
    const { requests } = await post("/v1/open-vocabulary-detection?labels=cat&labels=dog", "x", {
      "content-type": "image/jpeg",
    });
    expect(requests[0]?.options).toEqual({ labels: ["cat", "dog"] });
  });

  it("are merged from query and JSON body, which overrides the query", async () => {
    const body = JSON.stringify({ image: "QUJD", max_new_tokens: 5 });
    const { requests } = await post("/v1/caption-to-phrase-grounding?text=a%20cat&max_new_tokens=9", body);
    expect(requests[0]?.options).toEqual({ text: "a cat", max_new_tokens: 5 });
  });

  it("have texts without white space at the ends", async () => {
    const { requests } = await post(
      "/v1/caption-to-phrase-grounding",
      JSON.stringify({ image: "QUJD", text: "  a cat\n" }),
    );
    expect(requests[0]?.options.text).toBe("a cat");
  });

  it.each([
    ["/v1/caption-to-phrase-grounding", {}, "text-required"],
    ["/v1/caption-to-phrase-grounding", { text: "  " }, "text-required"],
    ["/v1/open-vocabulary-detection", {}, "text-required"],
    ["/v1/region-to-category", {}, "region-required"],
    ["/v1/caption", { text: "a cat" }, "invalid-request"],
    ["/v1/caption", { max_new_tokens: 0 }, "invalid-request"],
    ["/v1/caption", { max_new_tokens: "many" }, "invalid-request"],
    ["/v1/caption", { beams: 0 }, "invalid-request"],
    ["/v1/caption", { beams: 1.5 }, "invalid-request"],
    ["/v1/caption-to-phrase-grounding", { text: 7 }, "invalid-request"],
    ["/v1/open-vocabulary-detection", { text: "a", labels: ["b"] }, "invalid-request"],
    ["/v1/open-vocabulary-detection", { labels: [] }, "invalid-request"],
    ["/v1/caption?image=QUJD", {}, "invalid-request"],
    ["/v1/region-to-category", { region: [1, 2, 3, 4] }, "invalid-request"],
    ["/v1/region-to-category", { region: { x1: 1, y1: 2, x2: 3 } }, "invalid-request"],
    ["/v1/region-to-category?region=1,2,3", {}, "invalid-request"],
    ["/v1/region-to-category", { region: "<loc_1><loc_2><loc_3>" }, "invalid-request"],
    ["/v1/region-to-category", { region: "<loc_1><loc_2><loc_3><loc_1000>" }, "invalid-request"],
  ])("are rejected if they are invalid: %s %j", async (path, options, code) => {
    expect((await problemOf(path, { image: "QUJD", ...options })).code).toBe(code);
  });

  it("are rejected with a list of all invalid fields", async () => {
    const { paths } = await problemOf("/v1/region-to-category", {
      image: "QUJD",
      region: { x1: "a", y1: 0, x2: 1, y2: "b" },
    });
    expect(paths).toEqual(["region.x1", "region.y2"]);
  });
});

describe("a body", () => {
  it.each([
    ["{", "invalid-json"],
    ["", "invalid-json"],
    ["[]", "invalid-request"],
    ["null", "invalid-request"],
  ])("is rejected if it is no JSON object: %j", async (body, code) => {
    const { response } = await post("/v1/caption", body);
    expect(ProblemDetails.parse(await response.json()).code).toBe(code);
  });

  it("is rejected if its media type is not supported", async () => {
    const { response } = await post("/v1/caption", "x", { "content-type": "text/plain" });
    expect(ProblemDetails.parse(await response.json()).code).toBe("unsupported-media-type");
  });

  it.each([0, 1])("is accepted up to the size limit: %i byte more", async (more) => {
    const body = new Uint8Array(MAX_BODY_BYTES + more);
    const type = { "content-type": "image/png" };
    const declared = await post("/v1/caption", body, { ...type, "content-length": String(body.length) });
    const streamed = await post("/v1/caption", body, type);
    const status = more === 0 ? 200 : 413;
    expect([declared.response.status, streamed.response.status]).toEqual([status, status]);
    expect([declared.requests.length, streamed.requests.length]).toEqual([1 - more, 1 - more]);
  });
});

describe("a request", () => {
  const url = "/v1/caption-to-phrase-grounding";
  const detection = "/v1/open-vocabulary-detection";
  const label = "cat";

  it.each([
    ["text", url, (more: number) => ({ text: "a".repeat(MAX_TEXT_CHARACTERS + more) })],
    ["labels", detection, (more: number) => ({ labels: Array.from({ length: MAX_LABELS + more }, () => label) })],
    ["max_new_tokens", url, (more: number) => ({ text: label, max_new_tokens: MAX_NEW_TOKENS + more })],
    ["beams", url, (more: number) => ({ text: label, beams: MAX_BEAMS + more })],
  ])("is accepted at the limit and rejected beyond it: %s", async (field, path, options) => {
    const atLimit = await post(path, JSON.stringify({ image: "QUJD", ...options(0) }));
    expect(atLimit.response.status).toBe(200);
    expect(await problemOf(path, { image: "QUJD", ...options(1) })).toMatchObject({
      code: "invalid-request",
      paths: [field],
    });
  });

  it("is rejected if an option is named like a member of Object.prototype", async () => {
    const names = ["__proto__", "constructor", "__defineGetter__", "toString"];
    for (const name of names) {
      const { response } = await post(`/v1/caption?${name}=1`, "x", { "content-type": "image/png" });
      expect(ProblemDetails.parse(await response.json())).toMatchObject({ code: "invalid-request" });
    }
  });

  it("gets a message of limited length", async () => {
    const { response } = await post("/v1/caption", JSON.stringify({ image: "QUJD", ["k".repeat(100_000)]: 1 }));
    expect((await response.text()).length).toBeLessThan(4 * MAX_ECHO_CHARACTERS);
  });

  it.each([
    ["brackets", "[".repeat(MAX_JSON_DELIMITERS + 1)],
    ["fields", `{${'"a":1,'.repeat(MAX_JSON_DELIMITERS)}"a":1}`],
  ])("is not parsed if its JSON has too many %s", async (_, body) => {
    const { response } = await post("/v1/caption", body);
    expect(ProblemDetails.parse(await response.json())).toMatchObject({ code: "invalid-request" });
  });

  it("may contain any number of delimiters in strings", async () => {
    const text = `${",[{".repeat(MAX_JSON_DELIMITERS)}\\"`;
    const { requests } = await post("/v1/caption-to-phrase-grounding", JSON.stringify({ image: "QUJD", text }));
    expect(requests[0]?.options.text).toBe(text);
  });

  it("gets a limited number of issues", async () => {
    const unknown = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`region${index}`, 1]));
    const labels = Array.from({ length: MAX_LABELS }, () => 7);
    const { paths } = await problemOf(detection, { image: "QUJD", labels, ...unknown });
    expect(paths).toHaveLength(MAX_ISSUES);
  });
});
