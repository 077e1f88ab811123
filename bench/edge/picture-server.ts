import { once } from "node:events";
import { createServer } from "node:http";

/** A picture at an address of this machine, which may be kept for an hour. */
export async function servePicture(bytes: Uint8Array): Promise<{ readonly url: string; stop(): void }> {
  const headers = { "content-type": "image/jpeg", "cache-control": "max-age=3600", etag: '"bench"' };
  const server = createServer((_, response) => response.writeHead(200, headers).end(bytes));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The picture's server listens to no port.");
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${address.port}/picture.jpg`, stop };
}
