import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorld, type World } from "../no-code/world.ts";
import { loadPiece } from "./support/piece.ts";
import { failureOf, fileOf, runAction } from "./support/run-action.ts";

const { piece } = loadPiece();

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

const failure = (name: string, values: object = {}, connection: object = { baseUrl: world.api.origin }) =>
  failureOf(runAction(name, values, connection));

describe("a failed action", () => {
  it("says what is wrong and what to do, with the code and the status", async () => {
    const image = fileOf("broken.jpg", Buffer.from("no image"));
    expect(await failure("describe", { image })).toMatch(/\. .+\. \(unsupported-image, status 415\)$/u);
    expect(await failure("find_objects", { min_score: 2 })).toMatch(/min_score.*\(invalid-request, status 400\)$/u);
  });

  it("says that no task is chosen, and what is wrong with the base URL", async () => {
    expect(await failure("any_task")).toContain("Task");
    expect(await failure("describe", {}, { baseUrl: "florence" })).toContain("base URL");
    expect(await failure("describe", {}, { baseUrl: "http://127.0.0.1:1" })).toContain("http://127.0.0.1:1");
    const { origin } = world.files;
    expect(await failure("describe", { task: "more-detailed-caption" }, { baseUrl: origin })).toContain("502");
    expect(await failure("read_text", { task: "ocr-with-region" }, { baseUrl: origin })).toContain("not the API");
  });

  it.each([
    ["describe", "caption", 3],
    ["describe", "detailed-caption", 1],
    ["describe", "more-detailed-caption", 1],
    ["read_text", "ocr", 1],
  ])("is sent again only if that can help, and soon: %s, %s", async (name, task, times) => {
    const before = world.files.seen.length;
    await failure(name, { task }, { baseUrl: world.files.origin });
    expect(world.files.seen.length - before).toBe(times);
  });
});

describe("a key", () => {
  it("pays for an answer once, however often the step is run", async () => {
    const connection = { baseUrl: world.paid.origin, apiKey: world.paid.rich };
    expect(await runAction("describe", {}, connection)).toMatchObject({ charge_micro_usd: 300 });
    expect(await runAction("describe", {}, connection)).toMatchObject({ charge_micro_usd: 0 });
  });

  it("is sent with who asks, and an Idempotency-Key that all tries have", async () => {
    await failure("describe", {}, { baseUrl: `${world.files.origin}/`, apiKey: " fe_test_1\n" });
    const tries = world.files.seen.filter((headers) => "idempotency-key" in headers);
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map((headers) => headers["idempotency-key"])).size).toBe(1);
    expect(tries[0]).toMatchObject({
      authorization: "Bearer fe_test_1",
      "user-agent": expect.stringMatching(/^Activepieces florence-edge\/\d/u),
      "idempotency-key": expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
  });
});

const connect = (auth: object) => piece.auth.validate({ auth });

describe("a connection", () => {
  it("is valid to an open API without a key, and to one with accounts with a key", async () => {
    expect(await connect({ baseUrl: world.api.origin })).toEqual({ valid: true });
    expect(await connect({ baseUrl: `${world.paid.origin}/`, apiKey: world.paid.rich })).toEqual({ valid: true });
  });

  it.each([
    ["no key", () => "", "key-missing"],
    ["a revoked key", () => world.paid.revoked, "key-revoked"],
    ["a key that is none", () => "secret", "key-invalid"],
  ])("with %s is not valid to an API with accounts", async (_, key, code) => {
    const { valid, error } = await connect({ baseUrl: world.paid.origin, apiKey: key() });
    expect([valid, error]).toEqual([false, expect.stringContaining(`(${code}, status 401)`)]);
  });

  it("is not valid where nothing answers, or another server", async () => {
    expect(await connect({ baseUrl: "http://127.0.0.1:1" })).toMatchObject({ valid: false });
    expect(await connect({ baseUrl: world.files.origin })).toMatchObject({ valid: false });
  });
});
