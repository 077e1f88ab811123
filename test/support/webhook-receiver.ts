import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

/** An event that a receiver got. */
export interface ReceivedEvent {
  readonly path: string;
  readonly id: string;
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server that takes events. */
export interface WebhookReceiver extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly events: readonly ReceivedEvent[];
  /** What it answers; what never ends the response never answers. */
  answer: (event: ReceivedEvent, response: ServerResponse) => void;
}

/** Answers 204. */
export function takes(_: unknown, response: ServerResponse): void {
  response.writeHead(204).end();
}

/** Starts a receiver on the loopback, which takes everything. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const events: ReceivedEvent[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
      );
      const body = Buffer.concat(pieces).toString();
      const event = { path: request.url ?? "", id: headers["webhook-id"] ?? "", atMs: Date.now(), headers, body };
      events.push(event);
      receiver.answer(event, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The receiver has no port.");
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${address.port}`,
    events,
    answer: takes,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
