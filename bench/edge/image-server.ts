import { createServer } from "node:http";
import { listen } from "./listen.ts";

/** Serves an image from this machine, cacheable for an hour. */
export async function serveImage(bytes: Uint8Array): Promise<{ readonly url: string; stop(): void }> {
  const headers = { "content-type": "image/jpeg", "cache-control": "max-age=3600", etag: '"bench"' };
  const server = createServer((_, response) => response.writeHead(200, headers).end(bytes));
  const port = await listen(server);
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/picture.jpg`, stop };
}
