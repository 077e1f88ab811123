import { once } from "node:events";
import type { Socket } from "node:net";
import type { FuzzRequest } from "../../../test/support/fuzz/fuzz-request.ts";
import { rawSocket } from "../../../test/support/serving-client.ts";
import type { Attacked, HogKind, Result } from "./attack.ts";

/** Chunks of one byte that are written at once, and how many a body has at most: 10 MB on the wire. */
const BLOCK = "1\r\nA\r\n".repeat(5000);
const BLOCKS = 330;

/** How many uploads stall at the same time. */
const STALLED = 500;

function headOf({ method, target, headers }: FuzzRequest, ...more: readonly string[]): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} HTTP/1.1`, "host: load", ...lines, ...more, "", ""].join("\r\n");
}

/** Resolves with the status line's status, or with `left` if the connection closes without one. */
function statusOn(socket: Socket): Promise<Result> {
  return new Promise((resolve) => {
    socket.once("data", (data) => {
      const status = /^HTTP\/1\.1 (?<status>\d{3})/u.exec(data.toString("latin1"))?.groups?.["status"];
      resolve(status === undefined ? { type: "left" } : { type: "status", status: Number(status) });
    });
    socket.once("close", () => resolve({ type: "left" }));
  });
}

async function writeBlocks(socket: Socket): Promise<void> {
  for (let block = 0; block < BLOCKS && socket.writable; block += 1) {
    if (!socket.write(BLOCK)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
  }
  if (socket.writable) socket.write("0\r\n\r\n");
}

/** Uploads of one-byte chunks to the path of `request`. */
export function tinyChunks(request: FuzzRequest): HogKind {
  const attack = async ({ url }: { readonly url: URL }): Promise<Attacked> => {
    using socket = await rawSocket(url);
    const status = statusOn(socket);
    socket.write(headOf(request, "connection: close", "transfer-encoding: chunked"));
    void writeBlocks(socket);
    return { request, result: await status };
  };
  return { connections: 8, attack };
}

/** Uploads that announce a body and send one byte of it. Whoever is closed begins again. */
export function stalledUploads(request: FuzzRequest): HogKind {
  const attack = async ({ url }: { readonly url: URL }): Promise<Attacked> => {
    using socket = await rawSocket(url);
    socket.write(`${headOf(request, "content-length: 1000")}A`);
    return { request, result: await statusOn(socket) };
  };
  return { connections: STALLED, attack };
}
