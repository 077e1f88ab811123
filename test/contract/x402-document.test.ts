import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { isPricedTask, pricePerUnit } from "../../src/contract/prices.ts";
import { taskPath } from "../../src/contract/paths.ts";
import { fakeTasks } from "../support/fake-service.ts";

const documentWith = (ways: { hasStripe: boolean; hasX402?: boolean } | undefined) =>
  openApiDocument(fakeTasks, "1.0.0", {}, { hasAccounts: true, ways });
const paid = documentWith({ hasStripe: false, hasX402: true });
const paths = Object.keys(pricePerUnit)
  .filter(isPricedTask)
  .map(taskPath)
  .filter((path) => paid.paths?.[path] !== undefined);

describe("the document of a deployment that takes payments without accounts", () => {
  it.each([...paths, "/v1/analyze", "/v1/batch"])("says that %s can be paid so, without a key", (path) => {
    const operation = { ...paid.paths?.[path]?.post };
    expect(operation).toMatchObject({
      security: [{ key: [] }, { keyHeader: [] }, {}],
      "x-payment-info": { protocols: ["x402"], price: { currency: "USD" } },
    });
  });

  it("has the operation that buys credits, and none of Stripe", () => {
    expect([paid.paths?.["/v1/top-ups"]?.post?.operationId, paid.paths?.["/webhooks/stripe"]]).toEqual([
      "topUp",
      undefined,
    ]);
  });

  it("says in no other that a request without a key can pay", () => {
    for (const document of [documentWith(undefined), documentWith({ hasStripe: true })]) {
      expect({ ...document.paths?.["/v1/caption"]?.post }).toMatchObject({
        security: [{ key: [] }, { keyHeader: [] }],
        "x-payment-info": { protocols: [] },
      });
    }
  });

  it("names the header in which what is to be paid stands", () => {
    const responses = { ...paid.components?.responses };
    expect(responses["Task402"]).toMatchObject({ headers: { "PAYMENT-REQUIRED": { schema: { type: "string" } } } });
  });
});
