import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";
import { x402Schemas } from "../../../src/payments/x402/schemas.ts";
import { listen } from "../../../bench/edge/listen.ts";
import { createRandom } from "../../../test/support/random.ts";
import { createStubChain, createStubFacilitator, type StubChain } from "../../../test/support/x402-chain.ts";

/** One reply in so many is lost, after what it tells was done. */
const LOST_ONE_IN = 12;

/** A facilitator with a chain that nobody kills, and its book. */
export interface BookedFacilitator {
  readonly url: string;
  readonly chain: StubChain;
  /** How often each nonce was checked: each time, work may begin. */
  readonly verified: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const Sent = z.object({ paymentPayload: x402Schemas().payment });
const Rpc = z.object({ method: z.string(), params: z.array(z.unknown()) });

/** Starts it on a free port. Some of its replies are lost; `/node` is a node of the chain. */
export async function startBookedFacilitator(seed: number): Promise<BookedFacilitator> {
  const random = createRandom(seed);
  const chain = createStubChain(Date.now);
  const facilitator = createStubFacilitator(chain);
  const verified = new Map<string, number>();
  const replyTo = (path: string, body: unknown): object => {
    if (path === "/node") return chain.ask(Rpc.parse(body));
    const { payload } = Sent.parse(body).paymentPayload;
    if (path === "/settle") return facilitator.settle(payload);
    const { nonce } = payload.authorization;
    verified.set(nonce, (verified.get(nonce) ?? 0) + 1);
    return facilitator.verify(payload);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = replyTo(request.url ?? "", await json(request));
    if (random.once(LOST_ONE_IN)) response.destroy();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    chain,
    verified,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
