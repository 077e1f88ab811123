import { describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/contract/json-object.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { connectorDocument } from "../../tools/docs/connector-document.ts";

const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
const free = connectorDocument(rows, { hasAccounts: false });

/** The names of all members in a document, at any depth. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return isJsonObject(value) ? [...Object.keys(value), ...Object.values(value).flatMap(namesIn)] : [];
}

const region = free.paths["/v1/region-to-category"]?.post.parameters[0]?.schema.properties;

describe("the document of the connector", () => {
  it("has the tasks at their own paths", () => {
    expect([free.host, free.schemes, Object.keys(free.paths)]).toEqual([
      "florence-edge.example",
      ["https"],
      rows.map(({ name }) => `/v1/${name}`),
    ]);
  });

  it("has nothing that Swagger 2.0 does not have", () => {
    const others = /^(?:anyOf|oneOf|const|\$defs|exclusiveMinimum|additionalProperties|propertyNames)$/u;
    expect(namesIn(free).filter((name) => others.test(name))).toEqual([]);
  });

  it("shows what is needed at once, and always asks for the flat answer", () => {
    expect(region).toMatchObject({
      image: { type: "string", "x-ms-visibility": "important", "x-ms-summary": "Image" },
      region: { type: "object", properties: { x1: { type: "number" } }, "x-ms-visibility": "important" },
      max_new_tokens: { type: "integer", "x-ms-visibility": "advanced", "x-ms-summary": "Maximum New Tokens" },
      format: { enum: ["flat"], default: "flat", "x-ms-visibility": "internal" },
    });
    expect(free.paths["/v1/caption"]?.post.parameters[0]?.schema.required).toEqual(["image", "format"]);
  });

  it("describes the flat answer's fields", () => {
    expect(free.definitions.FlatAnswer).toMatchObject({
      type: "object",
      properties: { text: { type: "string", "x-ms-summary": "Text" }, object_count: { type: "integer" } },
    });
  });

  it("says that a key is needed only where one is", () => {
    expect(free).not.toHaveProperty("securityDefinitions");
    expect(connectorDocument(rows, { hasAccounts: true })).toMatchObject({
      securityDefinitions: { key: { type: "apiKey", in: "header", name: "X-API-Key" } },
    });
  });
});
