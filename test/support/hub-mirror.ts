import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** A file of the mirror; `isLarge` puts it into the storage behind the hub, like large file storage. */
export interface MirrorFile {
  readonly bytes: Uint8Array;
  readonly isLarge: boolean;
}

/** A fault in one response. */
export interface Fault {
  /** Breaks the connection after this many bytes, once the client has reported them through `arrived`. */
  readonly cutAfter?: number;
  /** Sends nothing more after this many bytes; the connection stays open. */
  readonly stallAfter?: number;
  /** Sends the whole file even for a range request. */
  readonly ignoresRange?: boolean;
  /** Starts a part this many bytes after the requested start. */
  readonly shiftsRange?: number;
  /** Sends a part even if `If-Range` does not match. */
  readonly ignoresCondition?: boolean;
  /** Changes the first byte. */
  readonly wrongByte?: boolean;
  /** Sends this many bytes fewer than the hub announces (if negative, more, filled with zeros). */
  readonly lackingBytes?: number;
  /** Another ETag for the same bytes. */
  readonly etag?: string;
  /** Sends an error or a redirect instead of the file. */
  readonly status?: number;
  /** The headers of that error or redirect. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A recorded request. */
export interface MirrorRequest {
  readonly at: "hub" | "storage";
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
  readonly acceptEncoding: string | undefined;
}

/** The commit of every revision of the mirror. */
export const MIRROR_COMMIT = "0123456789abcdef0123456789abcdef01234567";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Returns git's blob id. */
export function gitBlobSha1(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function listen(server: Server): Promise<URL> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(new URL(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`));
    });
  });
}

/** Returns the bytes that a server with this fault sends. */
function corrupt(whole: Uint8Array, { lackingBytes = 0, wrongByte = false }: Fault): Buffer {
  const length = whole.length - lackingBytes;
  const bytes = Buffer.concat([whole, Buffer.alloc(Math.max(0, -lackingBytes))]).subarray(0, length);
  if (wrongByte) bytes[0] = (bytes[0] ?? 0) ^ 0xff;
  return bytes;
}

/** Returns the start of the requested range, undefined if the whole file is to be sent. */
function rangeStart({ headers }: IncomingMessage, etag: string, fault: Fault): number | undefined {
  const { ignoresRange = false, ignoresCondition = false, shiftsRange = 0 } = fault;
  const isCurrent = ignoresCondition || headers["if-range"] === undefined || headers["if-range"] === etag;
  const start = /^bytes=(\d+)-$/u.exec(headers.range ?? "")?.[1];
  return start === undefined || ignoresRange || !isCurrent ? undefined : Number(start) + shiftsRange;
}

/** A response to be aborted when `at` bytes of its file have arrived. */
interface Cut {
  readonly at: number;
  readonly response: ServerResponse;
}

/** Sends bytes as a server with range support does, except for the fault. */
function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  whole: Uint8Array,
  etag: string,
  fault: Fault,
): Cut | undefined {
  const bytes = corrupt(whole, fault);
  const start = rangeStart(request, etag, fault);
  if (start !== undefined && start >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    return undefined;
  }
  const body = bytes.subarray(start ?? 0);
  const range = start === undefined ? {} : { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start === undefined ? 200 : 206, { etag, "content-length": body.length, ...range });
  const sent = fault.cutAfter ?? fault.stallAfter;
  if (request.method === "HEAD") response.end();
  else if (sent === undefined) response.end(body);
  else response.write(body.subarray(0, sent));
  return fault.cutAfter === undefined
    ? undefined
    : { at: Math.min((start ?? 0) + fault.cutAfter, bytes.length), response };
}

/** Matches the hub's paths of a file: `<owner>/<name>/resolve/<revision>/<path>` or `cache/<path>`. */
const HUB_PATH = /^\/(?:[^/]+\/[^/]+\/resolve\/[^/]+|cache)\/(.*)$/u;

/**
 * A model hub on this machine, with a storage of another origin behind it, and with configurable faults: `faults` has, by path,
 * the faults of the successive transfers of a file, and under "hub <path>" those of the hub's own responses before a transfer.
 */
export async function startMirror(initial: Readonly<Record<string, MirrorFile>>) {
  const files = new Map(Object.entries(initial));
  const faults = new Map<string, readonly Fault[]>();
  const requests: MirrorRequest[] = [];
  let cut: Cut | undefined;
  const arrived = (bytes: number): void => {
    if (cut === undefined || bytes < cut.at) return;
    cut.response.destroy();
    cut = undefined;
  };

  const record = (at: MirrorRequest["at"], { method = "", url = "/", headers }: IncomingMessage): URL => {
    const { range, authorization, "if-range": ifRange, "accept-encoding": encoding } = headers;
    const [condition, acceptEncoding] = [ifRange?.toString(), encoding?.toString()];
    requests.push({ at, method, path: url, range, authorization, ifRange: condition, acceptEncoding });
    return new URL(url, "http://mirror");
  };
  const nextFault = (key: string): Fault => {
    const [fault = {}, ...others] = faults.get(key) ?? [];
    faults.set(key, others);
    return fault;
  };
  const send = (request: IncomingMessage, response: ServerResponse, path: string, etag: string) => {
    const fault = request.method === "HEAD" ? {} : nextFault(path);
    const bytes = files.get(path)?.bytes ?? new Uint8Array();
    if (fault.status !== undefined) response.writeHead(fault.status, fault.headers).end();
    else cut = sendBytes(request, response, bytes, fault.etag ?? etag, fault);
    if (fault.cutAfter === 0) arrived(Infinity);
  };

  const storage = createServer((request, response) => {
    const path = record("storage", request).searchParams.get("path") ?? "";
    // Its URLs are signed for GET only.
    if (request.method === "HEAD") response.writeHead(403).end();
    else send(request, response, path, `"storage-${sha256(files.get(path)?.bytes ?? new Uint8Array()).slice(0, 8)}"`);
  });
  const storageUrl = await listen(storage);

  const redirect = ({ bytes, isLarge }: MirrorFile, path: string) => {
    if (!isLarge) return { status: 307, location: `/cache/${path}` };
    const location = new URL(`objects/${requests.length}?path=${path}`, storageUrl).href;
    return { status: 302, location, "x-linked-etag": `"${sha256(bytes)}"`, "x-linked-size": bytes.length };
  };
  const hub = createServer((request, response) => {
    const { pathname } = record("hub", request);
    const path = HUB_PATH.exec(pathname)?.[1] ?? "";
    const file = files.get(path);
    const isCached = pathname.startsWith("/cache/");
    const fault = isCached ? {} : nextFault(`hub ${path}`);
    if (fault.status !== undefined) response.writeHead(fault.status, fault.headers).end("no");
    else if (file === undefined) response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    else if (isCached) send(request, response, path, `"${gitBlobSha1(file.bytes)}"`);
    else {
      const { status, ...headers } = redirect(file, path);
      response.writeHead(status, { "x-repo-commit": MIRROR_COMMIT, ...headers }).end("Redirecting");
    }
  });
  const url = await listen(hub);

  return {
    url,
    requests,
    faults,
    /** Must be called with the number of bytes received so far; needed for `cutAfter`. */
    arrived,
    add: (path: string, file: MirrorFile) => void files.set(path, file),
    /** Replaces the bytes of a file; a new file is put into the storage. */
    put: (path: string, bytes: Uint8Array) => void files.set(path, { isLarge: true, ...files.get(path), bytes }),
    stop: async (): Promise<void> => {
      for (const server of [hub, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** A running mirror. */
export type Mirror = Awaited<ReturnType<typeof startMirror>>;
