import { describe, expect, it } from "vitest";
import { parseBaseUrl, modelPath } from "../../../src/inference/protocol/urls.ts";

const invalid = expect.objectContaining({ kind: "invalid-request" });

describe("parseBaseUrl", () => {
  it.each([
    ["http://gpu:8000", "http://gpu:8000"],
    ["http://gpu:8000/", "http://gpu:8000"],
    ["https://gpu.test/triton/", "https://gpu.test/triton"],
  ])("accepts %s", (url, base) => {
    expect(parseBaseUrl(url)).toBe(base);
  });

  it.each([
    "gpu:8000",
    "ftp://gpu",
    "",
    "/v2",
    "http://gpu?x=1",
    "http://gpu#x",
    "http://me:secret@gpu",
    "http://:p@gpu",
    "http://gpu?",
    "http://gpu#",
  ])("rejects %j", (url) => {
    expect(() => parseBaseUrl(url)).toThrow(TypeError);
  });
});

describe("modelPath", () => {
  it("escapes the model name and accepts a version", () => {
    expect(modelPath("florence2")).toBe("/v2/models/florence2");
    expect(modelPath("a/b ?é", "12")).toBe("/v2/models/a%2Fb%20%3F%C3%A9/versions/12");
  });

  it.each(["", ".", "..", "\ud800"])("rejects the name %j, which would change the path", (name) => {
    expect(() => modelPath(name)).toThrow(invalid);
  });

  it.each(["", "v1", "1.0", "-1", "1/../2"])("rejects the version %j", (version) => {
    expect(() => modelPath("m", version)).toThrow(invalid);
  });
});
