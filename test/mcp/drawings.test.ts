import { describe, expect, it } from "vitest";
import { cacheMiss } from "../support/fake-service.ts";
import { mcpApp } from "../support/mcp-app.ts";
import { mcpClients } from "../support/mcp-messages.ts";

const URL = "https://example.com/cat.png";

describe("the drawing of an answer", () => {
  const options = { names: ["a cat, wet", "b"], min_score: 0.1 };

  it("is at an address that asks for the same with overlay=svg", async () => {
    const { app, asked } = mcpApp();
    const given = { name: "find_objects", arguments: { image: URL, ...options } };
    const { last } = await mcpClients(app).modern("tools/call", given);
    const [, link] = last.result?.content ?? [];
    expect(link).toMatchObject({
      type: "resource_link",
      mimeType: "image/svg+xml",
      uri: expect.stringMatching("^https://florence.test/mcp/drawings/open-vocabulary-detection\\?"),
    });
    await app.request(String(link?.["uri"]));
    const [first, second] = asked;
    expect(second).toEqual({ ...first, options: { ...first?.options, overlay: "svg" } });
  });

  it.each([
    ["region", "outline_object", { region: [1, 2, 30, 40] }],
    ["text", "outline_object", { text: "ä & b" }],
  ])("asks for the same %s", async (_, name, given) => {
    const { app, asked } = mcpApp();
    const { last } = await mcpClients(app).modern("tools/call", { name, arguments: { image: URL, ...given } });
    await app.request(String(last.result?.content?.[1]?.["uri"]));
    const [first, second] = asked;
    const { include: _include, ...same } = first?.options ?? {};
    expect(second?.options).toEqual({ ...same, overlay: "svg" });
  });

  it.each([
    ["of an answer without places", "describe_image", { image: URL }],
    ["of an image that has no address", "find_objects", { image: "QUJD" }],
    ["that would be too long", "find_objects", { image: URL, phrases_of: "a".repeat(5000) }],
  ])("is not offered %s", async (_, name, given) => {
    const { last } = await mcpClients(mcpApp().app).modern("tools/call", { name, arguments: given });
    expect(last.result?.content?.length).toBe(1);
  });

  it("holds nothing after HEAD, whose answer nobody reads", async () => {
    const ended = Promise.withResolvers<void>();
    const drawing = {
      type: "drawing",
      mediaType: "image/svg+xml",
      fingerprint: "f",
      *chunks() {
        yield "<svg/>";
      },
    } as const;
    const { app } = mcpApp(
      { answer: async () => ({ answer: drawing, cache: cacheMiss, timings: {} }) },
      {
        admit: async (_, work) =>
          work({
            count: {},
            begin: () => {},
            stay: () => {},
            renew: () => {},
            during: async (part) => {
              const result = await part();
              ended.resolve();
              return result;
            },
          }),
      },
    );
    const response = await app.request(`/mcp/drawings/object-detection?image=${URL}`, { method: "HEAD" });
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "image/svg+xml",
      "",
    ]);
    await expect(ended.promise).resolves.toBeUndefined();
  });

  it.each([
    ["/mcp/drawings/object-detection", 400, "image-required"],
    [`/mcp/drawings/vqa?image=${URL}`, 404, "unknown-task"],
    ["/mcp/drawings/uploads", 404, "unknown-task"],
    [`/mcp/drawings/analyze?image=${URL}`, 404, "unknown-task"],
  ])("%s is a problem", async (path, status, code) => {
    const response = await mcpApp().app.request(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });
});
