import { env } from "cloudflare:workers";
import { createReliableAccount } from "../src/charging/reliable-ledger.ts";
import type { TaskRow } from "../src/contract/service.ts";
import { directory } from "./administration.ts";
import { accountStub, waiting, workMs } from "./ledger.ts";
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

const post = {
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  timeout: (milliseconds: number) => AbortSignal.timeout(milliseconds),
};

const logFailure = (thrown: unknown): void => console.warn("A payment's other side did not reply:", thrown);

/** Loads and creates what takes payments: only when the first request without a key comes. `secret` is the deployment's. */
async function load(settings: Settings, secret: string, tasks: readonly TaskRow[]) {
  const [{ createX402 }, { createFacilitator }, { createProve }, { createReliableClaim }] = await Promise.all([
    import("../src/payments/x402/x402.ts"),
    import("../src/payments/x402/facilitator.ts"),
    import("../src/payments/x402/chain.ts"),
    import("../src/payments/x402/reliable-claim.ts"),
  ]);
  const token = x402Token(settings);
  if (token === undefined) throw new Error("The schema of the variables has let an unknown token pass.");
  const { X402_FACILITATOR_URL: url, X402_RPC_URL: node, X402_FACILITATOR_AUTHORIZATION: authorization } = settings;
  const objects = env.PAYMENTS;
  return createX402({
    terms: { ...token, network: settings.X402_NETWORK, payTo: settings.X402_PAY_TO },
    tasks,
    secret,
    ledgerOf: (account) => createReliableAccount({ ...waiting, connect: () => accountStub(account) }),
    directory: directory(),
    isCacheShared: settings.CACHE_SHARING === "deployment",
    claimOf: (name) =>
      createReliableClaim({ ...waiting, connect: () => objects.get(objects.idFromName(name)), logFailure }),
    facilitator: createFacilitator({ ...post, url: url.replace(/\/$/u, ""), authorization, logFailure }),
    prove: node === "" ? undefined : createProve(node, post, logFailure),
    newHolder: () => crypto.randomUUID(),
    workMs: workMs(settings),
    now: Date.now,
  });
}

/** What takes payments that requests bring; undefined in a deployment that takes none. */
export function x402(settings: Settings, secret: string, tasks: readonly TaskRow[]) {
  if (settings.X402_FACILITATOR_URL === "") return undefined;
  // Its value is kept and not the promise, for which another request may not wait.
  let loaded: Awaited<ReturnType<typeof load>> | undefined;
  return async () => (loaded ??= await load(settings, secret, tasks));
}
