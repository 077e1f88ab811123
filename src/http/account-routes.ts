import type { AccountOperation } from "../contract/account-operation.ts";
import { accountOperations } from "../contract/account-operations.ts";
import { NewKeyBody, RotateBody } from "../contract/admin-schemas.ts";
import { KeyChangesBody } from "../contract/key-changes.ts";
import { pricing } from "../contract/pricing.ts";
import { Problem } from "../contract/problems.ts";
import { type KeyHolder, keyHolderOf } from "./account-caller.ts";
import { changeKey, createKey, listKeys, revokeKey, rotateKey } from "./account-keys.ts";
import { quoteOf } from "./account-quote.ts";
import { chargeReport, entryReport, usageReport } from "./account-reports.ts";
import {
  type AccountRouteOptions,
  admittedRoute,
  type AdmittedCall,
  privateJson,
  readAccountBody,
} from "./account-route.ts";
import { meView } from "./account-views.ts";
import type { Route } from "./route.ts";

/** How long others may keep the prices: they change with a deployment. */
const PRICING_CACHE = "public, max-age=300";

type Handle = (holder: KeyHolder, call: AdmittedCall) => Promise<Response>;

/** A closed account can still be read, and its keys revoked. */
function checkOpen({ status }: KeyHolder): void {
  if (status.account.status === "closed") throw new Problem("account-closed", "The account is closed.");
}

/** The routes for everybody: prices. */
function priceRoutes(options: AccountRouteOptions): readonly Route[] {
  const { pricing: table, quote } = accountOperations;
  return [
    admittedRoute(table, options, async () => Response.json(pricing, { headers: { "cache-control": PRICING_CACHE } })),
    admittedRoute(quote, options, async (call) => Response.json(await quoteOf(options.tasks, call))),
  ];
}

/** The routes for who has a key of an account. */
function holderRoutes(options: AccountRouteOptions): readonly Route[] {
  const { accounts } = options;
  const {
    me,
    usage,
    charges,
    charge,
    keys,
    createKey: create,
    changeKey: change,
    rotateKey: rotate,
    revokeKey: revoke,
  } = accountOperations;
  const route = (operation: AccountOperation, handle: Handle): Route =>
    admittedRoute(operation, options, async (call) =>
      handle(await keyHolderOf(call.request.headers, operation.access, accounts), call),
    );
  return [
    route(me, async ({ status }) => privateJson(meView(status))),
    route(usage, (holder, call) => usageReport(holder, call, options)),
    route(charges, (holder, call) => entryReport(holder, ["charge", "refund"], call, options)),
    route(charge, (holder, { names }) => chargeReport(holder, names["charge"] ?? "")),
    route(keys, async (holder) => privateJson(await listKeys(holder, accounts))),
    route(create, async (holder, call) => {
      checkOpen(holder);
      return privateJson(await createKey(holder, accounts, await readAccountBody(NewKeyBody, call)));
    }),
    route(change, async (holder, call) => {
      checkOpen(holder);
      const which = { keyId: call.names["key"] ?? "", byKeyId: holder.status.key.id };
      return privateJson(await changeKey(holder, accounts, which, await readAccountBody(KeyChangesBody, call)));
    }),
    route(rotate, async (holder, call) => {
      checkOpen(holder);
      const { grace_seconds: grace } = await readAccountBody(RotateBody, call);
      return privateJson(await rotateKey(holder, accounts, call.names["key"] ?? "", grace));
    }),
    route(revoke, async (holder, { names }) => privateJson(await revokeKey(holder, accounts, names["key"] ?? ""))),
  ];
}

/** The routes of a deployment with accounts, for its customers and for anybody who asks for prices. */
export function accountRoutes(options: AccountRouteOptions): readonly Route[] {
  return [...priceRoutes(options), ...holderRoutes(options)];
}
