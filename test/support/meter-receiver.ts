import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Random } from "./random.ts";

/** How long a meter knows an identifier, in milliseconds: the least that Stripe promises. */
const KNOWN_MS = 24 * 60 * 60 * 1000;

/** An event that a meter has taken. */
interface MeterEvent {
  readonly identifier: string;
  readonly customer: string;
  readonly value: number;
  readonly atMs: number;
}

/** A meter of Stripe's, as far as it matters here: an identifier counts once in 24 hours, and a second one is answered with 400. */
export interface MeterReceiver extends AsyncDisposable {
  readonly url: string;
  readonly events: readonly MeterEvent[];
  /** Events that were there already. */
  readonly duplicates: () => number;
  /** Requests, with those that failed. */
  readonly requests: () => number;
  /** The share of requests that fail, in 0..1: half of them after the event was taken, some by a broken connection. */
  failing: number;
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return new URLSearchParams(text);
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Fails as networks and servers do: without a reply, or with one that says nothing. */
function fail(response: ServerResponse, random: Random): void {
  if (random.once(3)) response.destroy();
  else reply(response, random.once(2) ? 500 : 429, { error: { message: "Something went wrong." } });
}

/** Starts a meter. */
export async function startMeterReceiver(random: Random): Promise<MeterReceiver> {
  const events: MeterEvent[] = [];
  const known = new Map<string, number>();
  const counts = { duplicates: 0, requests: 0 };
  const take = (form: URLSearchParams): boolean => {
    const identifier = form.get("identifier") ?? "";
    if ((known.get(identifier) ?? -KNOWN_MS) > Date.now() - KNOWN_MS) return false;
    known.set(identifier, Date.now());
    const [customer, value] = [form.get("payload[stripe_customer_id]") ?? "", Number(form.get("payload[value]"))];
    events.push({ identifier, customer, value, atMs: Number(form.get("timestamp")) * 1000 });
    return true;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    counts.requests += 1;
    const form = await formOf(request);
    const fails = random.below(1000) < receiver.failing * 1000;
    if (fails && random.once(2)) return fail(response, random);
    const isNew = take(form);
    if (!isNew) counts.duplicates += 1;
    if (fails) return fail(response, random);
    const message = `An event already exists with identifier ${form.get("identifier")}.`;
    return isNew
      ? reply(response, 200, { object: "billing.meter_event", identifier: form.get("identifier") })
      : reply(response, 400, { error: { type: "invalid_request_error", message } });
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The meter has no port.");
  const receiver: MeterReceiver = {
    url: `http://127.0.0.1:${address.port}`,
    events,
    duplicates: () => counts.duplicates,
    requests: () => counts.requests,
    failing: 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
