import type { OpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import { accountOperation, ADMIN_SCHEME, KEY_HEADER_SCHEME, KEY_SCHEME } from "./account-operation.ts";
import { accountOperations } from "./account-operations.ts";
import { adminOperations } from "./admin-operations.ts";
import { paymentOperationsOf, type WaysToPay } from "./payment-operations.ts";
import { paymentInfo } from "./payment-info.ts";
import type { OpenApiDocument } from "./response-examples.ts";
import { accountTags } from "./tags.ts";

/** How each kind of key is sent. */
const securitySchemes = {
  [KEY_SCHEME]: { type: "http", scheme: "bearer", description: "A key of an account: `fe_live_…` or `fe_test_…`." },
  [KEY_HEADER_SCHEME]: {
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
    description: "The same key, for tools that cannot set Authorization.",
  },
  [ADMIN_SCHEME]: { type: "http", scheme: "bearer", description: "The deployment's ADMIN_KEY." },
} as const;

/** Adds to a registry what only a deployment with accounts has. */
export function registerAccounts(registry: OpenAPIRegistry, ways: WaysToPay | undefined): void {
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    registry.registerComponent("securitySchemes", name, scheme);
  }
  const bought = ways === undefined ? [] : paymentOperationsOf(ways);
  for (const row of [...Object.values(accountOperations), ...bought, ...Object.values(adminOperations)]) {
    registry.registerPath(accountOperation(row));
  }
}

/** Adds to a document the keys and prices of the operations that cost money, and the groups of those of accounts. */
export function withAccounts(document: OpenApiDocument, ways: WaysToPay | undefined): OpenApiDocument {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const info = paymentInfo(path, ways?.hasX402 === true ? ["x402"] : []);
    if (info === undefined || item.post === undefined) return [path, item] as const;
    const keys = [{ [KEY_SCHEME]: [] }, { [KEY_HEADER_SCHEME]: [] }];
    // Without a key, the request brings a payment.
    const security = ways?.hasX402 === true ? [...keys, {}] : keys;
    return [path, { ...item, post: { ...item.post, security, "x-payment-info": info } }] as const;
  });
  const { payments, ...others } = accountTags;
  const groups = [...Object.values(others), ...(ways === undefined ? [] : [payments])];
  const tags = [...(document.tags ?? []), ...groups];
  return { ...document, tags, paths: Object.fromEntries(paths) };
}
