import type * as z from "zod";
import { type Accepted, MOST_VALID_SECONDS } from "./accept-payment.ts";
import { type PostOptions, postJson } from "./json-post.ts";
import { type X402Schemas, x402Schemas } from "./schemas.ts";

/** What the chain itself says of a payment. `never`: it was used for something else, or has expired unused; `unknown`: it may still be settled, or nobody replied. */
export type Proof =
  | { readonly type: "paid"; readonly transaction: string }
  | { readonly type: "never" }
  | { readonly type: "unknown" };

/** Looks a payment up on its chain. Never rejects. */
export type Prove = (payment: Accepted) => Promise<Proof>;

/** Keccak-256 of `AuthorizationUsed(address,bytes32)` (EIP-3009) and `Transfer(address,address,uint256)` (ERC-20). */
const AUTHORIZATION_USED = "0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5";
const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** How many blocks back logs are looked for: as many as common providers search at once. Some five hours where a block takes two seconds. */
const BLOCKS_BACK = 9_999;

/** How long a node is waited for, in milliseconds. */
const NODE_TIMEOUT_MS = 10_000;

const paddedAddress = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, "0")}`;
const isEqual = (one: string | undefined, other: string): boolean => one?.toLowerCase() === other.toLowerCase();

/** Whether the log right after the use of a nonce moves the price to us: tokens write both together. */
function isTransferToUs(logs: z.infer<X402Schemas["logs"]>, usedAt: string, payment: Accepted): boolean {
  const { payer, requirements } = payment;
  const next = logs.find(({ logIndex }) => BigInt(logIndex) === BigInt(usedAt) + 1n);
  if (next === undefined || !isEqual(next.address, requirements.asset)) return false;
  const [event, from, to] = next.topics;
  const isMove = isEqual(event, TRANSFER) && isEqual(from, paddedAddress(payer));
  return isMove && isEqual(to, paddedAddress(requirements.payTo)) && BigInt(next.data) === BigInt(requirements.amount);
}

/** Asks a node in JSON-RPC. */
function createCall(url: string, post: PostOptions) {
  return async <Schema extends z.ZodType>(
    schema: Schema,
    method: string,
    parameters: readonly unknown[],
  ): Promise<z.infer<Schema>> => {
    const body = { jsonrpc: "2.0", id: 1, method, params: parameters };
    const said = await postJson(post, url, { body, timeoutMs: NODE_TIMEOUT_MS });
    return schema.parse(x402Schemas().reply.parse(said).result);
  };
}

type Call = ReturnType<typeof createCall>;

/** Whether an authorization has ended unused: the chain's own clock counts, and its logs must go back to before it could have been signed. */
async function hasEndedUnused(call: Call, { expiresMs }: Accepted, latestMs: number, from: bigint): Promise<boolean> {
  if (latestMs <= expiresMs) return false;
  if (from === 0n) return true;
  const first = await call(x402Schemas().block, "eth_getBlockByNumber", [`0x${from.toString(16)}`, false]);
  return Number(first.timestamp) * 1000 < expiresMs - MOST_VALID_SECONDS * 1000;
}

async function look(call: Call, payment: Accepted): Promise<Proof> {
  const { requirements, authorization, payer } = payment;
  const latest = await call(x402Schemas().block, "eth_getBlockByNumber", ["latest", false]);
  const number = BigInt(latest.number);
  const from = number > BigInt(BLOCKS_BACK) ? number - BigInt(BLOCKS_BACK) : 0n;
  const topics = [AUTHORIZATION_USED, paddedAddress(payer), authorization.nonce];
  const range = { fromBlock: `0x${from.toString(16)}`, toBlock: latest.number };
  const [used] = await call(x402Schemas().logs, "eth_getLogs", [{ address: requirements.asset, topics, ...range }]);
  if (used === undefined) {
    const isOver = await hasEndedUnused(call, payment, Number(latest.timestamp) * 1000, from);
    return isOver ? { type: "never" } : { type: "unknown" };
  }
  const receipt = await call(x402Schemas().receipt, "eth_getTransactionReceipt", [used.transactionHash]);
  return isTransferToUs(receipt.logs, used.logIndex, payment)
    ? { type: "paid", transaction: used.transactionHash }
    : { type: "never" };
}

/**
 * Returns what looks payments up at a node of their chain: the use of a nonce is an event of the token, and the transfer follows it in the same transaction. A
 * payer may use a nonce that we wait for to pay himself, so that the use alone proves nothing.
 */
export function createProve(url: string, post: PostOptions, logFailure: (thrown: unknown) => void): Prove {
  const call = createCall(url, post);
  return async (payment) => {
    try {
      return await look(call, payment);
    } catch (thrown) {
      logFailure(thrown);
      return { type: "unknown" };
    }
  };
}
