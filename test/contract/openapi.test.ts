import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { operationId } from "../../src/contract/task-operations.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { fakeTasks } from "../support/fake-service.ts";

const document = openApiDocument(fakeTasks, "1.2.3");

describe("the OpenAPI document", () => {
  it("has a path for every task and every other operation", () => {
    expect(Object.keys(document.paths ?? {}).toSorted()).toEqual([
      "/healthz",
      "/openapi.json",
      "/readyz",
      "/v1/analyze",
      "/v1/batch",
      "/v1/caption",
      "/v1/caption-to-phrase-grounding",
      "/v1/jobs",
      "/v1/jobs/{job}",
      "/v1/models",
      "/v1/open-vocabulary-detection",
      "/v1/region-to-category",
      "/v1/tasks",
      "/v1/uploads",
      "/v1/uploads/{upload}",
      "/v1/webhooks",
      "/v1/webhooks/deliveries",
      "/v1/webhooks/secret",
      "/v1/webhooks/test",
      "/v1/webhooks/{webhook}",
    ]);
    expect(Object.keys(document.webhooks ?? {})).toEqual(["event"]);
  });

  it("has operation ids in the style of method names", () => {
    expect(document.paths?.["/v1/caption-to-phrase-grounding"]?.post?.operationId).toBe("captionToPhraseGrounding");
    expect(operationId("ocr")).toBe("ocr");
  });

  it("declares the image as JSON, as a form and as the body", () => {
    const body = document.paths?.["/v1/caption"]?.post?.requestBody;
    expect(Object.keys(body !== undefined && "content" in body ? body.content : {})).toEqual([
      "application/json",
      "multipart/form-data",
      "application/x-www-form-urlencoded",
      "image/jpeg",
      "image/png",
      "image/webp",
      "image/gif",
      "application/octet-stream",
    ]);
  });

  it("resolves every reference", () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(?<name>[^"]+)"/gu)];
    const schemas = Object.keys(document.components?.schemas ?? {});
    expect(references.length).toBeGreaterThan(0);
    expect(references.map((match) => match.groups?.["name"]).filter((name) => !schemas.includes(name ?? ""))).toEqual(
      [],
    );
  });

  it("declares status 414, which the platform answers by itself", () => {
    expect(document.paths?.["/v1/caption"]?.post?.responses).toHaveProperty("414");
  });

  it("has no example of a query option: pages that try operations would send all of them at once", () => {
    const parameters = Object.values(document.paths ?? {}).flatMap(({ post }) => post?.parameters ?? []);
    const schemas = document.components?.schemas ?? {};
    const named = ["QueryRegion", "QueryInclude"].map((name) => schemas[name]);
    expect(named.every((schema) => schema !== undefined)).toBe(true);
    for (const part of [...parameters, ...named]) expect(JSON.stringify(part)).not.toContain('"example"');
  });

  it("declares every status of a task's problems", () => {
    const declared = Object.keys(document.paths?.["/v1/caption"]?.post?.responses ?? {});
    for (const code of ["image-required", "body-too-large", "image-corrupt", "model-corrupt", "overloaded"] as const) {
      expect(declared).toContain(String(problems[code].status));
    }
  });
});

describe("the OpenAPI document of answers", () => {
  const paid = openApiDocument(fakeTasks, "1.2.3", {}, { hasAccounts: true });
  const answers = ["/v1/caption", "/v1/analyze", "/v1/batch"];
  const headersOf = ({ paths }: typeof paid, path: string, status: "200" | "304") => {
    const response: { readonly headers?: object } | undefined = paths?.[path]?.post?.responses?.[status];
    return Object.keys(response?.headers ?? {});
  };
  const parametersOf = ({ paths }: typeof paid, path: string) =>
    (paths?.[path]?.post?.parameters ?? []).flatMap((each) => ("in" in each && each.in === "header" ? each.name : []));

  it.each(answers)("declares what a paid answer of %s says and takes, with accounts only", (path) => {
    const money = ["Charge", "Balance", "RateLimit-Policy", "RateLimit", "PAYMENT-RESPONSE"];
    expect(headersOf(paid, path, "200")).toEqual([...headersOf(document, path, "200"), ...money]);
    expect(headersOf(paid, path, "304")).toEqual([...headersOf(document, path, "304"), ...money]);
    expect(headersOf(document, path, "200")).not.toContain("Charge");
    expect(parametersOf(paid, path).filter((name) => !parametersOf(document, path).includes(name))).toEqual([
      "max-price",
      "payment-signature",
    ]);
    const statuses = ["401", "402", "403", "409", "429"];
    const responses = Object.keys(paid.paths?.[path]?.post?.responses ?? {});
    expect(responses).toEqual(expect.arrayContaining(statuses));
  });

  it("has the event and the member that say what an answer cost, with accounts only", () => {
    expect(JSON.stringify(document)).not.toContain("charge");
    expect(paid.components?.schemas).toMatchObject({
      AnswerEvent: { oneOf: expect.arrayContaining([{ $ref: "#/components/schemas/ChargeEvent" }]) },
      FlatAnswer: { properties: { charge_micro_usd: { type: "integer" } } },
    });
  });
});
