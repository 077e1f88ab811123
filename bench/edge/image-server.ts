import { createServer } from "node:http";
import { listen } from "./listen.ts";

/** A picture at an address of this machine, which may be kept for an hour. */
export async function servePicture(bytes: Uint8Array): Promise<{ readonly url: string; stop(): void }> {
  const headers = { "content-type": "image/jpeg", "cache-control": "max-age=3600", etag: '"bench"' };
  const server = createServer((_, response) => response.writeHead(200, headers).end(bytes));
  const port = await listen(server);
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/picture.jpg`, stop };
}
