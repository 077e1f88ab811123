import { describe, expect, it } from "vitest";
import { mcpApp } from "../support/mcp-app.ts";
import { mcpClients } from "../support/mcp-messages.ts";

const URL = "https://example.com/cat.png";
const region = [1, 2, 30, 40];

describe("the arguments of a tool", () => {
  it.each([
    [
      "a file of the host",
      { download_url: URL, file_id: "file_1", mime_type: "image/png", size: 3 },
      { kind: "url", url: URL },
    ],
    ["base64", "QUJD", { kind: "base64", text: "QUJD" }],
    ["a handle", `upload_${"a".repeat(48)}`, { kind: "upload", handle: `upload_${"a".repeat(48)}` }],
  ])("take %s", async (_, image, sent) => {
    const { app, asked } = mcpApp();
    // Language models send null for what is not set.
    const call = { name: "describe_image", arguments: { image, detail: null } };
    const { last } = await mcpClients(app).modern("tools/call", call);
    expect(last.result?.isError).toBeUndefined();
    expect(asked).toMatchObject([{ image: sent, task: "caption" }]);
  });

  it.each([
    ["no image", "describe_image", {}, "image-required"],
    ["an unknown argument", "describe_image", { image: URL, detial: "brief" }, "invalid-request"],
    ["an unknown choice", "describe_image", { image: URL, detail: "long" }, "invalid-request"],
    ["two that exclude each other", "find_objects", { image: URL, how: "objects", names: ["a"] }, "invalid-request"],
    ["a region beside places", "read_text", { image: URL, with_places: true, region }, "invalid-request"],
    ["three numbers", "describe_region", { image: URL, region: [1, 2, 3] }, "invalid-request"],
    ["neither text nor region", "outline_object", { image: URL }, "text-required"],
    ["no tasks", "look_at_image", { image: URL, tasks: [] }, "invalid-request"],
    ["an unknown task", "look_at_image", { image: URL, tasks: [{ task: "vqa" }] }, "invalid-request"],
    ["arguments where none are", "prepare_image_upload", { image: URL }, "invalid-request"],
    [
      "an address that is too long",
      "describe_image",
      { image: `https://a.test/${"a".repeat(5000)}` },
      "invalid-request",
    ],
  ])("answer %s as an error that the model can read", async (_, name, given, code) => {
    const { app, asked } = mcpApp();
    const { last } = await mcpClients(app).modern("tools/call", { name, arguments: given });
    expect(last.result).toMatchObject({
      isError: true,
      content: [{ type: "text", text: expect.stringMatching(`^${code}: `) }],
    });
    expect(last.result).not.toHaveProperty("structuredContent");
    expect(asked).toEqual([]);
  });
});
