import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorld, type World } from "../no-code/world.ts";
import { loadApp, type Tester } from "./support/app.ts";
import { failureOf, perform } from "./support/perform.ts";

let tester: Tester;
let world: World;

beforeAll(async () => {
  [tester, world] = await Promise.all([loadApp(), startWorld()]);
});

afterAll(() => world.stop());

/** What an action throws. */
const failure = (name: string, inputData: object = {}, authData: object = {}) =>
  failureOf(perform(tester, world, name, inputData, authData));

const file = (name: string): string => `${world.files.origin}/${name}`;

/** What *Describe* throws on a bad day of the API, at the path of a task. */
const onBadDay = (name: string, task: string) => failure(name, { task }, { baseUrl: world.files.origin });

describe("a failed action", () => {
  it("says what is wrong with a file and what to do", async () => {
    expect(await failure("describe", { image: file("broken.jpg") })).toMatchObject({
      name: "AppError",
      code: "unsupported-image",
      status: 415,
      message: expect.stringMatching(/\. .+\.$/u),
    });
  });

  it("says which option is wrong", async () => {
    const both = { region: "0,0,9,9", normalized_region: "0,0,1,1" };
    expect(await failure("any_task", { task: "region-to-category", ...both })).toMatchObject({
      code: "invalid-request",
      status: 400,
      message: expect.stringContaining("normalized_region"),
    });
  });

  it("says that a file cannot be downloaded", async () => {
    expect(await failure("describe", { image: file("nowhere.jpg") })).toMatchObject({ code: "file-unreachable" });
    expect(await failure("describe", { image: file("huge.jpg") })).toMatchObject({ code: "file-unreadable" });
    expect(await failure("describe", { image: "" })).toMatchObject({ code: "no-file" });
  });

  it("says that no task is chosen, and that the base URL is none", async () => {
    expect(await failure("any_task")).toMatchObject({ code: "task-unknown" });
    expect(await failure("describe", {}, { baseUrl: "florence" })).toMatchObject({ code: "base-url-invalid" });
  });

  it("says that the answer is not the API's", async () => {
    expect(await onBadDay("describe", "more-detailed-caption")).toMatchObject({ name: "AppError", status: 502 });
    expect(await onBadDay("read_text", "ocr-with-region")).toMatchObject({ name: "AppError", code: "not-the-api" });
  });
});

describe("Zapier sends a step again", () => {
  it("after Retry-After", async () => {
    const message = "Busy. It works. Wait.";
    expect(await onBadDay("describe", "caption")).toMatchObject({ name: "ThrottledError", delay: 0, message });
    expect(await onBadDay("describe", "detailed-caption")).toMatchObject({ name: "ThrottledError", delay: 3600 });
  });

  it("but not if that cannot help", async () => {
    expect(await onBadDay("read_text", "ocr")).toMatchObject({ name: "AppError", code: "overloaded", status: 503 });
  });

  it("when its key has asked too often", async () => {
    const { origin, limited } = world.paid;
    const throttled = await failure("describe", {}, { baseUrl: origin, apiKey: limited });
    expect(throttled).toMatchObject({ name: "ThrottledError", delay: expect.any(Number) });
    expect(throttled.delay).toBeGreaterThan(0);
  });
});
