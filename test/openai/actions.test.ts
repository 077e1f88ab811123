import { describe, expect, it } from "vitest";
import { dialectApp, jsonPost, pictureUri } from "../support/dialect-app.ts";

const file = { name: "a.jpg", id: "file-1", mime_type: "image/jpeg", download_link: "https://files.example.com/a.jpg" };

describe("actions", () => {
  it("take the user's file, and want a flat answer", async () => {
    const { app, requests } = dialectApp({});
    await app.request("/openai/actions/open-vocabulary-detection", jsonPost({ openaiFileIdRefs: [file], text: "cat" }));
    expect(requests).toEqual([
      {
        task: "open-vocabulary-detection",
        image: { kind: "url", url: file.download_link },
        options: { text: "cat", format: "flat" },
      },
    ]);
  });

  it("answer flat", async () => {
    const { app } = dialectApp({ text: "<s>a cat</s>" });
    const response = await app.request("/openai/actions/caption", jsonPost({ image: pictureUri }));
    expect(await response.json()).toMatchObject({ type: "flat", text: "a cat" });
  });

  it.each([
    ["two files", { openaiFileIdRefs: [file, file] }, "caption", "invalid-request"],
    ["a file without a link", { openaiFileIdRefs: [{ id: "file-1" }] }, "caption", "invalid-request"],
    ["a file and an image", { openaiFileIdRefs: [file], image: pictureUri }, "caption", "invalid-request"],
    ["no file", { openaiFileIdRefs: [] }, "caption", "image-required"],
    ["a stream", { openaiFileIdRefs: [file], stream: true, format: "json" }, "caption", "invalid-request"],
    ["another task", { openaiFileIdRefs: [file] }, "poetry", "unknown-task"],
  ])("refuse %s", async (_, body, task, code) => {
    const response = await dialectApp({}).app.request(`/openai/actions/${task}`, jsonPost(body));
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({ code, status: response.status, request_id: "request-1" });
  });
});
