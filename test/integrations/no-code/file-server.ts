import { readFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { listen } from "../../../bench/edge/listen.ts";
import { root } from "../../../tools/serve.ts";

/** A reply that does not come from the API. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server of users' files, and of replies that the API gives too seldom for a test. */
export interface FileServer {
  readonly origin: string;
  /** The headers of each request, in their order. */
  readonly seen: readonly IncomingHttpHeaders[];
  stop(): void;
}

/** More than the API takes of an image. */
const TOO_MANY_BYTES = 11 * 1024 * 1024;

/** Starts a server that has the picture of the examples at /street.jpg, a file that is none at /broken.jpg, one that is too large at /huge.jpg, one that never comes at /never.jpg, a reply at each of these paths, and nothing else. */
export async function startFiles(replies: Readonly<Record<string, Reply>> = {}): Promise<FileServer> {
  const picture = await readFile(join(root, "test/pictures/street.jpg"));
  const files = new Map<string | undefined, Buffer>([
    ["/street.jpg", picture],
    ["/broken.jpg", Buffer.from("no image")],
    ["/huge.jpg", Buffer.alloc(TOO_MANY_BYTES)],
  ]);
  const others = new Map<string | undefined, Reply>(Object.entries(replies));
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    if (request.url === "/never.jpg") return;
    const [file, reply] = [files.get(request.url), others.get(request.url)];
    const { status, headers, body } = reply ?? { status: file === undefined ? 404 : 200, headers: {}, body: file };
    // The whole request is read first: else its sender may see a broken connection instead of the reply.
    request.resume().on("end", () => response.writeHead(status, headers).end(body));
  });
  const port = await listen(server);
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${port}`, seen, stop };
}
