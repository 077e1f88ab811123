import { assert, oneof, property, string, webUrl } from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Variables } from "../../functions/variables.ts";
import { createInferenceClient } from "../../src/inference/protocol/client.ts";
import { ENVIRONMENT_VARIABLES } from "../../tools/ready-server.ts";
import { badVariables, goodVariables } from "../support/bad-variables.ts";

function createClient(url: string) {
  return createInferenceClient({ url, fetch, now: () => 0, sleep: async () => {}, random: () => 0 });
}

/** What a deployment of before has not set. */
const optionalVariables = new Set([
  "ACCOUNTS",
  "REVOCATION_SECONDS",
  "CACHE_SHARING",
  "BACKEND_AUTHORIZATION",
  "STRIPE_SECRET_KEY",
  "STRIPE_API_URL",
  "STRIPE_METER",
  "STRIPE_TAX",
  "STRIPE_RETURN_URL",
  "EVENTS_URL",
  "MCP_HOSTS",
]);
const isOptional = (name: string): boolean => optionalVariables.has(name) || name.startsWith("X402_");

const token = { X402_ASSET: `0x${"1".repeat(40)}`, X402_ASSET_NAME: "Dollar", X402_ASSET_VERSION: "1" };

describe("the variables of a deployment", () => {
  it("have a bad value in the test for each of them", () => {
    const names = Object.keys(Variables.shape);
    expect(new Set(badVariables.map(([name]) => name))).toEqual(new Set(names));
  });

  it.each(badVariables)("are refused with %s as %j, which is named and not repeated", (name, value) => {
    const result = Variables.safeParse({ ...goodVariables, [name]: value });
    expect(result.error?.issues.map(({ path }) => path[0])).toEqual([name]);
    const logged = z.prettifyError(result.error ?? new z.ZodError([]));
    expect(logged).toContain(`→ at ${name}`);
    expect(logged).not.toContain("hunter2");
  });

  it.each(Object.keys(Variables.shape).filter((name) => !isOptional(name)))("are refused without %s", (name) => {
    const { [name]: _absent, ...others } = goodVariables;
    expect(Variables.safeParse(others).error?.issues[0]?.path).toEqual([name]);
  });

  it.each([
    ["BACKEND_URL", "http://[::1]:8000/base/", "http://[::1]:8000/base/"],
    ["BACKEND_TIMEOUT_MS", " 5000 ", 5000],
    ["CACHE_MEMORY_BYTES", 0, 0],
    ["CACHE_TTL_SECONDS", "2592000", 2_592_000],
    ["BACKEND_AUTHORIZATION", "Bearer abc\n", "Bearer abc"],
    ["BACKEND_AUTHORIZATION", "", undefined],
    ["MCP_HOSTS", " localhost, [::1],Tunnel.example,", ["localhost", "[::1]", "tunnel.example"]],
    ["IMAGE_DNS_URL", "https://dns.example/query?key=1", "https://dns.example/query?key=1"],
  ])("accept %s as %j", (name, value, expected) => {
    expect(Variables.parse({ ...goodVariables, [name]: value })).toMatchObject({ [name]: expected });
  });

  it.each([
    [{ X402_FACILITATOR_URL: "" }, "X402_PAY_TO"],
    [{ X402_PAY_TO: "" }, "X402_PAY_TO"],
    [{ ACCOUNTS: "off" }, "X402_FACILITATOR_URL"],
    [{ X402_NETWORK: "eip155:1" }, "X402_ASSET"],
    [{ ...token, X402_ASSET_NAME: "" }, "X402_ASSET"],
  ])("that contradict each other are refused: %j", (variables, name) => {
    const result = Variables.safeParse({ ...goodVariables, ...variables });
    expect(result.error?.issues.map(({ path }) => path[0])).toContain(name);
  });

  it.each([[{}], [{ X402_NETWORK: "eip155:84532" }], [{ ...token, X402_NETWORK: "eip155:1" }]])(
    "take payments with %j",
    (variables) => {
      expect(Variables.parse({ ...goodVariables, ...variables })).toMatchObject(variables);
    },
  );

  it("are read by npm start from its environment, but for the cache's, and for those of accounts, which it sets itself", () => {
    const others = ["ACCOUNTS", "ADMIN_KEY", "CACHE_TTL_SECONDS", "CACHE_MEMORY_BYTES", "CACHE_SALT"];
    const names = Object.keys(Variables.shape);
    expect([...ENVIRONMENT_VARIABLES, ...others].toSorted()).toEqual(names.toSorted());
  });

  it("have no backend URL that the client refuses", () => {
    assert(
      property(oneof(webUrl({ withQueryParameters: true, withFragments: true }), string()), (url) => {
        const { success } = Variables.safeParse({ ...goodVariables, BACKEND_URL: url });
        if (success && url !== "") createClient(url);
      }),
    );
  });
});
