import { describe, expect, it } from "vitest";
import type { AccountOperation } from "../../src/contract/account-operation.ts";
import { accountOperations } from "../../src/contract/account-operations.ts";
import { adminOperations } from "../../src/contract/admin-operations.ts";
import { usdText } from "../../src/contract/micro-usd.ts";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { paymentOperationsOf } from "../../src/contract/payment-operations.ts";
import { paymentInfo } from "../../src/contract/payment-info.ts";
import { pricePerUnit, promptPrice, isPricedTask } from "../../src/contract/prices.ts";
import { MAX_NEW_TOKENS } from "../../src/contract/request-limits.ts";
import { MAX_BEAMS, MAX_LABELS } from "../../src/contract/requests.ts";
import { MAX_REQUEST_UNITS, promptUnits } from "../../src/contract/work-units.ts";
import { rows } from "../support/document-check.ts";
import { ADMIN_KEY, chargeId } from "../support/fake-accounts.ts";
import { fakePayingApp } from "../support/paying-app.ts";
import { signatureOf } from "../support/stripe-double.ts";

const ways = { hasStripe: true };
const document = openApiDocument(rows, "1.0.0", {}, { hasAccounts: true, ways });
const operations: readonly AccountOperation[] = [
  ...Object.values(accountOperations),
  ...Object.values(adminOperations),
  ...paymentOperationsOf(ways),
];

describe("the operations of accounts in the document", () => {
  it.each(operations)(
    "has the example of a reply that is one, and of a body that is accepted: $id",
    ({ reply, body, example }) => {
      expect(reply.safeParse(example.reply).error).toBeUndefined();
      expect(body?.safeParse(example.body).error).toBeUndefined();
    },
  );

  it.each(operations)("says which key is needed: $id", ({ access, method, path }) => {
    const item = document.paths?.[path];
    const operation = { GET: item?.get, POST: item?.post, DELETE: item?.delete }[method];
    const schemes = new Map<string, readonly string[]>([
      ["anybody", []],
      ["operator", ["adminKey"]],
    ]).get(access) ?? ["key", "keyHeader"];
    expect(operation?.security?.flatMap((requirement) => Object.keys(requirement))).toEqual(schemes);
    const statuses = Object.keys(operation?.responses ?? {});
    expect(statuses.includes("401")).toBe(access !== "anybody");
  });

  it("all have a route, whose reply is the declared one", async () => {
    const app = fakePayingApp(() => Response.json({ id: "cs_1", url: "https://checkout.stripe.com/c/pay/cs_1" }));
    const { id, key, keyId } = await app.open();
    await app.ledgerOf(id).setBilling({ customer: "cus_1", card: "pm_1" });
    await app.charge(id, key, [{ id: chargeId(1), amount: 300, task: "caption" }]);
    for (const { id: name, method, path, access, body, reply, example } of operations) {
      const made = (await app.json("POST", "/v1/keys", { key, body: {} })).body.id;
      const filled = path
        .replace("{account}", id)
        .replace("{charge}", chargeId(1))
        .replace("{key}", path.includes("/keys/") ? made : keyId);
      const sent = name === "refundCharge" ? { charge: chargeId(1) } : example.body;
      const response = await app.json(method, filled, {
        ...(access === "anybody" ? {} : { key: access === "operator" ? ADMIN_KEY : key }),
        ...(body === undefined ? {} : { body: sent }),
        headers: {
          "idempotency-key": name,
          "stripe-signature": await signatureOf(JSON.stringify(sent), app.nowMs / 1000),
        },
      });
      expect([name, response.status, reply.safeParse(response.body).error]).toEqual([name, 200, undefined]);
      // A closed account makes no keys for the next operations.
      if (name === "closeAccount") await app.json("POST", `/admin/v1/accounts/${id}/reopen`, { key: ADMIN_KEY });
    }
  });
});

describe("x-payment-info", () => {
  const tasks = Object.keys(pricePerUnit).filter(isPricedTask);

  it.each([...tasks.map((task) => `/v1/${task}`), "/v1/analyze", "/v1/batch"])(
    "is at %s, and a key is needed",
    (path) => {
      const operation = document.paths?.[path]?.post;
      expect(operation).toMatchObject({
        "x-payment-info": paymentInfo(path),
        security: [{ key: [] }, { keyHeader: [] }],
      });
    },
  );

  it("is at no operation that costs nothing", () => {
    const paid = Object.entries(document.paths ?? {}).filter(([, item]) =>
      JSON.stringify(item).includes("x-payment-info"),
    );
    expect(paid.map(([path]) => path).toSorted()).toEqual(
      [...tasks.map((task) => `/v1/${task}`), "/v1/analyze", "/v1/batch"].toSorted(),
    );
  });

  it.each(tasks)("bounds every price of %s", (task) => {
    const least = promptPrice(task, { beams: 1, maxNewTokens: 1 });
    const most = MAX_LABELS * promptPrice(task, { beams: MAX_BEAMS, maxNewTokens: MAX_NEW_TOKENS });
    const price = paymentInfo(`/v1/${task}`)?.price;
    expect([price?.min, price?.typical]).toEqual([usdText(least), usdText(promptPrice(task, {}))]);
    const byWork = pricePerUnit[task] * MAX_REQUEST_UNITS;
    expect(price?.max).toBe(usdText(Math.min(most, byWork)));
    expect(promptUnits({ beams: 1, maxNewTokens: 1 })).toBe(1);
  });
});
