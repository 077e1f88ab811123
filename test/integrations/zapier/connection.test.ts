import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, type PaidApi, startApi, startPaidApi } from "../compat/support/api.ts";
import { loadApp, type Tester } from "./support/app.ts";

let [api, paid]: [Api?, PaidApi?] = [];
let tester: Tester | undefined;

beforeAll(async () => {
  [tester, api, paid] = await Promise.all([loadApp(), startApi(), startPaidApi()]);
});

afterAll(async () => {
  await Promise.all([api?.stop(), paid?.stop()]);
});

/** Tests a connection, and returns its label. */
async function connect(authData: object): Promise<unknown> {
  if (tester === undefined) throw new Error("There is no app.");
  const { test, connectionLabel } = tester.app.authentication;
  const tested = await tester.run(test, { authData: { ...authData } });
  return tester.run(connectionLabel, { inputData: Object(tested) });
}

const hostOf = (origin = ""): string => origin.replace("http://", "");

describe("a connection", () => {
  it("to an open API needs no key", async () => {
    expect(await connect({ baseUrl: api?.origin })).toBe(hostOf(api?.origin));
    expect(await connect({ baseUrl: `${api?.origin}/`, apiKey: "" })).toBe(hostOf(api?.origin));
  });

  it("to an API with accounts is named after its key", async () => {
    const label = await connect({ baseUrl: paid?.origin, apiKey: paid?.rich });
    expect(label).toBe(`${hostOf(paid?.origin)} (rich, key …${paid?.rich.slice(-4)})`);
  });

  it.each([
    ["no key", () => "", "key-missing"],
    ["a revoked key", () => paid?.revoked ?? "", "key-revoked"],
    ["a key that is none", () => "secret", "key-invalid"],
  ])("to an API with accounts is refused with %s", async (_, key, code) => {
    const error: unknown = await connect({ baseUrl: paid?.origin, apiKey: key() }).catch((thrown: unknown) => thrown);
    expect(JSON.parse(error instanceof Error ? error.message : "{}")).toMatchObject({ code, status: 401 });
  });
});
