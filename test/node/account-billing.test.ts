import { expect, it } from "vitest";
import type { AdminClient, AdminRequest } from "../../tools/accounts/admin-client.ts";
import { verbOf } from "../../tools/accounts/verb-of.ts";

const BILLING = { unit: "usd-micro", low_balance: 2_000_000, auto_top_up: null, has_card: false, customer: "cus_1" };
const NO_FLAGS = { json: false, postpaid: false, test: false, csv: false };

/** Runs the command, and returns what was asked and shown. */
async function billing(flags: Readonly<Record<string, string>> = {}) {
  const asked: AdminRequest[] = [];
  const client: AdminClient = {
    ask: async (schema, request) => {
      asked.push(request);
      return schema.parse(BILLING);
    },
    text: () => Promise.reject(new Error("Not asked for.")),
  };
  const given = { ...NO_FLAGS, ...flags };
  const { verb, words } = verbOf(["billing", "3yQ0zVt8aPk"], given);
  const shown = await verb.run({ client, words, flags: given });
  return { asked, ...shown };
}

it("shows how an account pays, and changes nothing without options", async () => {
  const { asked, json, text } = await billing();
  expect([asked, json]).toEqual([[{ path: "/3yQ0zVt8aPk/billing" }], BILLING]);
  expect(text).toContain("below $2");
});

it("changes what the options say, in micro-US-dollars", async () => {
  const { asked } = await billing({ customer: "cus_1", "low-balance": "2", "auto-top-up": "none" });
  const body = { customer: "cus_1", low_balance: 2_000_000, auto_top_up: "none" };
  expect(asked).toEqual([{ method: "POST", path: "/3yQ0zVt8aPk/billing", body }]);
});
