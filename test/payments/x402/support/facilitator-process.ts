/** A facilitator made of the x402 project's own parts, which can be told to fail: `node facilitator-process.ts <chain's URL> <port>`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { x402Facilitator } from "@x402/core/facilitator";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { ExactEvmScheme } from "@x402/evm/exact/facilitator";
import { createWalletClient, http, publicActions } from "viem";
import { nonceManager, privateKeyToAccount } from "viem/accounts";
import { anvil } from "viem/chains";

const [chainUrl = "", port = "0"] = process.argv.slice(2);
/** The second of anvil's accounts. */
const KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const POLL_MS = 20;

const account = privateKeyToAccount(KEY, { nonceManager });
const client = createWalletClient({
  account,
  chain: anvil,
  transport: http(chainUrl),
  pollingInterval: POLL_MS,
}).extend(publicActions);
const signer = toFacilitatorEvmSigner({ ...client, address: account.address } as never);
const facilitator = new x402Facilitator().register("eip155:31337", new ExactEvmScheme(signer));

interface Body {
  readonly paymentPayload: never;
  readonly paymentRequirements: never;
}

type Reply = object | "none";
type Act = (settle: () => Promise<object>) => Promise<Reply>;

const TRANSACTION = `0x${"ab".repeat(32)}`;
const success = { success: true, network: "eip155:31337", transaction: TRANSACTION };

/** What can be wrong with a settlement. */
const faults: Readonly<Record<string, Act>> = {
  slow: async (settle) => {
    await sleep(1500);
    return settle();
  },
  dead: async () => "none",
  // Broadcast and mined, and never told.
  "killed-after-broadcast": async (settle) => {
    await settle();
    process.kill(process.pid, "SIGKILL");
    return "none";
  },
  "lost-reply": async (settle) => {
    await settle();
    return "none";
  },
  double: async (settle) => {
    const [first, second] = [await settle(), await settle()];
    return Object.is(first, second) ? first : second;
  },
  pending: async (settle) => ({ ...(await settle()), success: false, errorReason: "settlement_pending" }),
  "lie-without-transaction": async () => ({ ...success, transaction: "" }),
  "lie-other-payer": async () => ({ ...success, payer: account.address }),
  "lie-other-network": async () => ({ ...success, network: "eip155:1" }),
  "lie-other-amount": async () => ({ ...success, amount: "1" }),
};

/** The faults of the next settlements, in their order. */
let next: string[] = [];

async function reply(path: string | undefined, request: IncomingMessage): Promise<Reply> {
  if (path === "/supported") return facilitator.getSupported();
  const body = await json(request);
  if (path === "/faults") {
    next = body as string[];
    return {};
  }
  const { paymentPayload, paymentRequirements } = body as Body;
  if (path === "/verify") return facilitator.verify(paymentPayload, paymentRequirements);
  const settle = () => facilitator.settle(paymentPayload, paymentRequirements);
  const fault = faults[next.shift() ?? ""];
  return fault === undefined ? settle() : fault(settle);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const said = await reply(request.url, request).catch((error: unknown) => ({
    success: false,
    errorReason: String(error),
  }));
  if (said === "none") {
    response.destroy();
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
}

const server = createServer((request, response) => void answer(request, response));
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}` });
});
process.on("disconnect", () => process.exit());
