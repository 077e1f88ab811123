import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { wrapFetchWithPayment, x402Client, x402HTTPClient } from "@x402/fetch";
import type { Hex } from "viem";
import { type Backend, startBackend } from "../../../../bench/edge/backend.ts";
import { bundle } from "../../../../tools/bundle.ts";
import { root, type Server, serve } from "../../../../tools/serve.ts";
import { type Chain, startChain } from "./chain.ts";
import { type Facilitator, startFacilitator } from "./facilitator.ts";

/** What everybody pays to. */
export const PAY_TO: Hex = "0x000000000000000000000000000000000000dEaD";

const picture = Uint8Array.from(await readFile(join(root, "test/pictures/street.jpg")));

/** A question that costs 600, and that no other number asks. */
export function question(number: number, more: Readonly<Record<string, string>> = {}): [string, RequestInit] {
  const headers = { "content-type": "image/jpeg", ...more };
  return [`/v1/caption-to-phrase-grounding?text=thing+${number}`, { method: "POST", body: picture, headers }];
}

/** The price of a question, in micro-US-dollars and units of the token. */
export const PRICE = 600;

/** The built Worker under workerd, before a backend that does nothing, with a chain and a facilitator. */
export interface Place extends AsyncDisposable {
  readonly chain: Chain;
  readonly facilitator: Facilitator;
  readonly backend: Backend;
  readonly server: Server;
  /** What has arrived on the chain. */
  received(): Promise<number>;
}

/** Starts all of it; `hasNode`: the Worker can ask the chain itself. */
export async function startPlace({ hasNode = false }: { readonly hasNode?: boolean } = {}): Promise<Place> {
  const chain = await startChain();
  const facilitator = await startFacilitator(chain.url);
  const backend = await startBackend();
  const variables = {
    PLACEMENT: "remote",
    BACKEND_URL: backend.url,
    ACCOUNTS: "on",
    ADMIN_KEY: "k".repeat(32),
    X402_FACILITATOR_URL: facilitator.url,
    X402_PAY_TO: PAY_TO,
    X402_NETWORK: chain.network,
    X402_ASSET: chain.token,
    X402_ASSET_NAME: "USD Coin",
    X402_ASSET_VERSION: "2",
    X402_RPC_URL: hasNode ? chain.url : "",
  };
  const server = await serve(await bundle(), { port: 0, variables });
  return {
    chain,
    facilitator,
    backend,
    server,
    received: async () => Number(await chain.balanceOf(PAY_TO)),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      backend.stop();
      await facilitator.stop();
      await chain.stop();
    },
  };
}

/** Someone with money, and the x402 project's own client. */
export async function startBuyer({ chain, server }: Place, units = 10_000_000n) {
  const payer = await chain.payer(units);
  // Its limits refuse tokens that it does not know, and more than a dollar.
  const client = x402Client.fromConfig({
    spendControls: false,
    schemes: [{ network: "eip155:*", client: new ExactEvmScheme(payer) }],
  });
  const http = new x402HTTPClient(client);
  const paying = wrapFetchWithPayment(fetch, client);
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(new URL(path, server.url), init);
  return {
    payer,
    ask,
    /** Asks as users of the client do. */
    pay: (path: string, init: RequestInit = {}): Promise<Response> => paying(new URL(path, server.url), init),
    /** Signs a payment for what an unpaid request is told, and returns its header. */
    sign: async (path: string, init: RequestInit = {}): Promise<Record<string, string>> => {
      const { headers } = await ask(path, init);
      const required = http.getPaymentRequiredResponse((name) => headers.get(name));
      return http.encodePaymentSignatureHeader(await http.createPaymentPayload(required));
    },
  };
}
