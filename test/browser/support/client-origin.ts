import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join } from "node:path";

const mediaTypes = new Map([
  [".html", "text/html"],
  [".js", "text/javascript"],
  [".jpg", "image/jpeg"],
]);

/** A running server of another origin. */
export interface OtherSite {
  readonly origin: string;
  stop(): void;
}

/** Serves `texts` by path, and the files of `folder`, from an origin of its own, so that the browser needs the API's permission (CORS). */
export async function serveOtherSite(folder: string, texts: ReadonlyMap<string, string | Buffer>): Promise<OtherSite> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    Promise.resolve(texts.get(path) ?? readFile(join(folder, path))).then(
      (body) => response.setHeader("content-type", mediaTypes.get(extname(path)) ?? "text/plain").end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { origin: `http://127.0.0.1:${port}`, stop: () => server.close() };
}
