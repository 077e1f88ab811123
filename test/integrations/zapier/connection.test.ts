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

/** Tests a connection, and returns what its label is made of. */
async function connect(authData: Readonly<Record<string, string>>): Promise<unknown> {
  const { test, connectionLabel } = tester.app.authentication;
  expect(connectionLabel).toBe("{{label}}");
  return tester.run(test, { authData });
}

const hostOf = (origin: string): string => new URL(origin).host;

describe("a connection", () => {
  it("to an open API needs no key", async () => {
    const { origin } = world.api;
    const label = hostOf(origin);
    expect(await connect({ baseUrl: origin })).toEqual({ label });
    expect(await connect({ baseUrl: `${origin}/`, apiKey: "" })).toEqual({ label });
  });

  it("to an API with accounts is named after its key", async () => {
    const { origin, rich } = world.paid;
    const label = `${hostOf(origin)} (rich, key …${rich.slice(-4)})`;
    expect(await connect({ baseUrl: origin, apiKey: rich })).toEqual({ label });
  });

  it("to a server that is not the API is refused", async () => {
    expect(await failureOf(connect({ baseUrl: world.files.origin }))).toMatchObject({ code: "not-the-api" });
  });

  it.each([
    ["no key", () => "", "key-missing"],
    ["a revoked key", () => world.paid.revoked, "key-revoked"],
    ["a key that is none", () => "secret", "key-invalid"],
  ])("to an API with accounts is refused with %s", async (_, key, code) => {
    const connecting = connect({ baseUrl: world.paid.origin, apiKey: key() });
    expect(await failureOf(connecting)).toMatchObject({ code, status: 401 });
  });
});

/** Runs an action with a key, as people paste it. */
function ask(name: string, inputData: object = {}): Promise<unknown> {
  const { origin, rich } = world.paid;
  return perform(tester, world, name, inputData, { baseUrl: origin, apiKey: ` ${rich}\n` });
}

describe("a key", () => {
  it("pays for an answer once, however often the step is run", async () => {
    expect(await ask("describe")).toMatchObject({ charge_micro_usd: 300 });
    expect(await ask("describe")).toMatchObject({ charge_micro_usd: 0 });
  });

  it("pays for a label with a comma as for one label", async () => {
    const one = await ask("find_objects", { labels: ["boat"] });
    const withComma = await ask("find_objects", { labels: ["truck, red"] });
    const two = await ask("find_objects", { labels: ["hat", "sun"] });
    const price: unknown = Object(one).charge_micro_usd;
    expect(price).toBeGreaterThan(0);
    expect(withComma).toMatchObject({ charge_micro_usd: price });
    expect(two).toMatchObject({ charge_micro_usd: 2 * Number(price) });
  });

  it("is not told to the servers of files", async () => {
    const before = world.files.seen.length;
    await ask("describe");
    const seen = world.files.seen.slice(before);
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toHaveProperty("authorization");
  });

  it("is sent to the API with who asks, and an Idempotency-Key that a repeat has as well", async () => {
    const auth = { baseUrl: `${world.files.origin}/`, apiKey: "fe_test_1" };
    await failureOf(perform(tester, world, "describe", {}, auth));
    await failureOf(perform(tester, world, "describe", {}, auth));
    const [first, second] = world.files.seen.filter((headers) => "idempotency-key" in headers);
    expect(first).toMatchObject({
      authorization: "Bearer fe_test_1",
      "user-agent": expect.stringMatching(/^Zapier florence-edge\/\d/u),
      "idempotency-key": expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
    expect(second?.["idempotency-key"]).toBe(first?.["idempotency-key"]);
  });
});
