import { env } from "cloudflare:workers";
import type { Guard } from "../src/charging/guard.ts";
import { createReliableAccount } from "../src/charging/reliable-ledger.ts";
import type { TaskRow } from "../src/contract/service.ts";
import { createProve } from "../src/payments/x402/chain.ts";
import { createFacilitator } from "../src/payments/x402/facilitator.ts";
import { createReliableClaim } from "../src/payments/x402/reliable-claim.ts";
import { createX402 } from "../src/payments/x402/x402.ts";
import { directory } from "./administration.ts";
import { accountStub, waiting, workMs } from "./ledger.ts";
import { outside } from "./outside.ts";
import { type Variables, x402Token } from "./variables.ts";

type Settings = Pick<
  Variables,
  | "X402_FACILITATOR_URL"
  | "X402_FACILITATOR_AUTHORIZATION"
  | "X402_PAY_TO"
  | "X402_NETWORK"
  | "X402_ASSET"
  | "X402_ASSET_NAME"
  | "X402_ASSET_VERSION"
  | "X402_RPC_URL"
  | "CACHE_SHARING"
  | "BACKEND_TIMEOUT_MS"
>;

const logFailure = (thrown: unknown): void => console.warn("A payment's other side did not reply:", thrown);

/** What takes payments that requests bring; undefined in a deployment that takes none. `secret` is the deployment's. */
export function x402(settings: Settings, secret: string, tasks: readonly TaskRow[], guard: Guard) {
  const { X402_FACILITATOR_URL: url, X402_RPC_URL: node, X402_FACILITATOR_AUTHORIZATION: authorization } = settings;
  const token = x402Token(settings);
  if (url === "" || token === undefined) return undefined;
  const objects = env.PAYMENTS;
  return createX402({
    guard,
    terms: { ...token, network: settings.X402_NETWORK, payTo: settings.X402_PAY_TO },
    tasks,
    secret,
    ledgerOf: (account) => createReliableAccount({ ...waiting, connect: () => accountStub(account) }),
    directory: directory(),
    isCacheShared: settings.CACHE_SHARING === "deployment",
    claimOf: (name) =>
      createReliableClaim({ ...waiting, connect: () => objects.get(objects.idFromName(name)), logFailure }),
    facilitator: createFacilitator({ ...outside, url: url.replace(/\/$/u, ""), authorization, logFailure }),
    prove: node === "" ? undefined : createProve(node, outside, logFailure),
    newHolder: () => crypto.randomUUID(),
    workMs: workMs(settings),
    now: Date.now,
  });
}
