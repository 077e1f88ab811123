import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { fakeApp } from "../support/fake-service.ts";

const json = { "content-type": "application/json" };

async function post(path: string, body: BodyInit, headers: Record<string, string> = json) {
  const { app, asked } = fakeApp();
  const response = await app.request(path, { method: "POST", body, headers });
  return { response, asked };
}

async function problemOf(path: string, body: unknown) {
  const { response } = await post(path, JSON.stringify(body));
  const { code, status, issues } = ProblemDetails.parse(await response.json());
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return { code, status, paths: issues.map(({ path: issuePath }) => issuePath) };
}

describe("the image", () => {
  it("comes as the body itself", async () => {
    const { asked } = await post("/v1/caption", new Uint8Array([1, 2, 3]), { "content-type": "image/png" });
    expect(asked).toEqual([
      { task: "caption", image: { kind: "bytes", bytes: new Uint8Array([1, 2, 3]) }, options: {} },
    ]);
  });

  it.each([{ image: "QUJD" }, { image: { base64: "QUJD" } }])("comes as base64: %j", async (body) => {
    const { asked } = await post("/v1/caption", JSON.stringify(body));
    expect(asked[0]?.image).toEqual({ kind: "base64", text: "QUJD" });
  });

  it("may have any image type, since its own bytes decide", async () => {
    const { response } = await post("/v1/caption", "x", { "content-type": "Image/PJPEG; charset=binary" });
    expect(response.status).toBe(200);
  });

  it("is missed by name", async () => {
    expect(await problemOf("/v1/caption", {})).toEqual({ code: "image-required", status: 400, paths: ["image"] });
  });

  it("is not fetched from an address", async () => {
    const { code, paths } = await problemOf("/v1/caption", { image: "https://example.com/cat.jpg" });
    expect({ code, paths }).toEqual({ code: "invalid-request", paths: ["image"] });
  });
});

describe("options", () => {
  it("are read from the query beside a raw image", async () => {
    const path = "/v1/region-to-category?region=1,2.5,30,40&max_new_tokens=7";
    const { asked } = await post(path, "x", { "content-type": "image/jpeg" });
    expect(asked[0]?.options).toEqual({ region: { x1: 1, y1: 2.5, x2: 30, y2: 40 }, max_new_tokens: 7 });
  });

  it("may be repeated where they are lists", async () => {
    const { asked } = await post("/v1/open-vocabulary-detection?labels=cat&labels=dog", "x", {
      "content-type": "image/jpeg",
    });
    expect(asked[0]?.options).toEqual({ labels: ["cat", "dog"] });
  });

  it("are joined from query and JSON body, the body first", async () => {
    const body = JSON.stringify({ image: "QUJD", max_new_tokens: 5 });
    const { asked } = await post("/v1/caption-to-phrase-grounding?text=a%20cat&max_new_tokens=9", body);
    expect(asked[0]?.options).toEqual({ text: "a cat", max_new_tokens: 5 });
  });

  it("lose outer blanks of texts", async () => {
    const { asked } = await post(
      "/v1/caption-to-phrase-grounding",
      JSON.stringify({ image: "QUJD", text: "  a cat\n" }),
    );
    expect(asked[0]?.options.text).toBe("a cat");
  });

  it.each([
    ["/v1/caption-to-phrase-grounding", {}, "text-required"],
    ["/v1/caption-to-phrase-grounding", { text: "  " }, "text-required"],
    ["/v1/open-vocabulary-detection", {}, "text-required"],
    ["/v1/region-to-category", {}, "region-required"],
    ["/v1/caption", { text: "a cat" }, "invalid-request"],
    ["/v1/caption", { max_new_tokens: 0 }, "invalid-request"],
    ["/v1/caption", { max_new_tokens: 1025 }, "invalid-request"],
    ["/v1/caption", { max_new_tokens: "many" }, "invalid-request"],
    ["/v1/caption-to-phrase-grounding", { text: 7 }, "invalid-request"],
    ["/v1/caption-to-phrase-grounding", { text: "a".repeat(8193) }, "invalid-request"],
    ["/v1/open-vocabulary-detection", { text: "a", labels: ["b"] }, "invalid-request"],
    ["/v1/open-vocabulary-detection", { labels: [] }, "invalid-request"],
    ["/v1/open-vocabulary-detection", { labels: Array.from({ length: 65 }, () => "cat") }, "invalid-request"],
    ["/v1/region-to-category", { region: [1, 2, 3, 4] }, "invalid-request"],
    ["/v1/region-to-category", { region: { x1: 1, y1: 2, x2: 3 } }, "invalid-request"],
    ["/v1/region-to-category?region=1,2,3", {}, "invalid-request"],
  ])("that do not fit are named: %s %j", async (path, options, code) => {
    expect((await problemOf(path, { image: "QUJD", ...options })).code).toBe(code);
  });

  it("list every field that does not fit", async () => {
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
  ])("of JSON that is no object is refused: %j", async (body, code) => {
    const { response } = await post("/v1/caption", body);
    expect(ProblemDetails.parse(await response.json()).code).toBe(code);
  });

  it("of another type is refused", async () => {
    const { response } = await post("/v1/caption", "x", { "content-type": "text/plain" });
    expect(ProblemDetails.parse(await response.json()).code).toBe("unsupported-media-type");
  });

  it("over the limit is refused, whether its length is declared or not", async () => {
    const tooLarge = new Uint8Array(14 * 1024 * 1024 + 1);
    const type = { "content-type": "image/png" };
    const declared = await post("/v1/caption", tooLarge, { ...type, "content-length": String(tooLarge.length) });
    const streamed = await post("/v1/caption", tooLarge, type);
    expect([declared.response.status, streamed.response.status]).toEqual([413, 413]);
    expect(declared.asked).toEqual([]);
    expect(streamed.asked).toEqual([]);
  });
});
