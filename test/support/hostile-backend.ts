import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { encodeReply } from "../../src/inference/protocol/binary-extension.ts";
import { createInferenceClient } from "../../src/inference/protocol/client.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import type { InferenceClientOptions } from "../../src/inference/protocol/session.ts";
import { valueOf } from "./protocol-tensors.ts";

/** How a server reacts to a complete request: it may write anything at any time. `before` counts the earlier requests to the same path. */
export type Behaviour = (socket: Socket, before: number) => void;

/** Sends a complete reply and closes the connection. */
export function respond(status: string, body: string | Uint8Array, headers: readonly string[] = []): Behaviour {
  return (socket) => {
    socket.write(headOf(status, [`Content-Length: ${body.length}`, "Connection: close", ...headers]));
    socket.end(body);
  };
}

/** Returns the status line and headers of a reply. */
export function headOf(status: string, headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, "", ""].join("\r\n");
}

/** Sends a byte every 10 ms without end, so that every deadline of these tests passes first. */
export function drip(socket: Socket, byte = "a"): void {
  const timer = setInterval(() => socket.write(byte), 10);
  socket.on("close", () => clearInterval(timer));
}

/** Starts a server, passes its port to `use` and closes the server when `use` has settled. */
export async function withServer<Value>(server: Server, use: (port: number) => Promise<Value>): Promise<Value> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    // These tests let clients disconnect while the server writes.
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(portOf(server.address()));
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function portOf(address: ReturnType<Server["address"]>): number {
  if (typeof address !== "object" || address === null) throw new Error("The server listens to no port.");
  return address.port;
}

/** The paths of the complete requests, in the order of their arrival. */
export type RequestedPaths = string[];

/** A server on raw sockets that answers `GET /v2` correctly unless `behaviours` replaces it. */
export function hostileServer(behaviours: Readonly<Record<string, Behaviour>>, requested: RequestedPaths = []): Server {
  const all: Readonly<Record<string, Behaviour>> = {
    "/v2": respond("200 OK", '{"name":"h","version":"1","extensions":["binary_tensor_data"]}'),
    ...behaviours,
  };
  return createServer((socket) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const [, path = "", length = "0"] = /^\S+ (\S+) .*?\r\n(?:.*content-length: (\d+)\r\n)?/is.exec(text) ?? [];
      const end = text.indexOf("\r\n\r\n");
      if (end === -1 || text.length < end + 4 + Number(length)) return;
      text = "";
      const before = requested.filter((each) => each === path).length;
      requested.push(path);
      (all[path] ?? respond("404 Not Found", "{}"))(socket, before);
    });
  });
}

/** Timeouts for tests that wait for the deadline: long enough to connect on a busy machine. */
export const shortDeadline = { timeouts: { callMs: 400, probeMs: 400 } };

/** A client with the real clock and sockets, short retry delays, and deadlines that no test should reach unless it sets `shortDeadline`. */
export function realClient(url: string, options: Partial<InferenceClientOptions> = {}) {
  return createInferenceClient({
    url,
    fetch,
    now: Date.now,
    sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    random: () => 0.5,
    timeouts: { callMs: 20_000, probeMs: 20_000 },
    retry: { baseMs: 10 },
    ...options,
  });
}

const counts: NamedTensor = { name: "count", datatype: "INT32", shape: [1], data: Int32Array.of(7) };
const encoded = valueOf(encodeReply({ modelName: "m", outputs: [counts] }, () => true));

/** The body of a valid reply to `callInfer`. */
export const goodReplyBody = encoded.body;

/** The headers of that reply as lines. */
export const goodReplyHeaders = Object.entries(encoded.headers).map(([name, value]) => `${name}: ${value}`);

/** Sends that reply. */
export const goodReply = respond("200 OK", goodReplyBody, goodReplyHeaders);

/** The result of a call. */
export interface CallResult {
  /** The reply, or the thrown error. */
  readonly outcome: unknown;
  /** The number of inference requests that the server received. */
  readonly requests: number;
  readonly elapsedMs: number;
}

/** Calls `infer` on a server with this behaviour. */
export async function callInfer(behaviour: Behaviour, options?: Partial<InferenceClientOptions>): Promise<CallResult> {
  const path = "/v2/models/m/infer";
  const requested: string[] = [];
  return withServer(hostileServer({ [path]: behaviour }, requested), async (port) => {
    const client = realClient(`http://127.0.0.1:${port}`, options);
    const started = performance.now();
    const outcome: unknown = await client
      .infer("m", { inputs: [counts], outputs: [{ name: "count" }] })
      .catch((thrown: unknown) => thrown);
    const requests = requested.filter((each) => each === path).length;
    return { outcome, requests, elapsedMs: performance.now() - started };
  });
}
