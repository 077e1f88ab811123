import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { joinBytes } from "../image-bytes.ts";
import { drip, headOf } from "../hostile-backend.ts";
import { latin1 } from "../text-bytes.ts";
import { noise } from "./bytes.ts";
import { imageFormats, seedImages } from "./seed-images.ts";

/** What a server does after a complete request. */
type Behaviour = (socket: Socket) => void;

const png = seedImages.png[0] ?? new Uint8Array();

/** Sends a response with these header lines and closes the connection, so that no length is needed. */
const reply =
  (status: string, headers: readonly string[], body: Uint8Array = new Uint8Array()): Behaviour =>
  (socket) =>
    void socket.end(joinBytes(latin1(headOf(status, ["Connection: close", ...headers])), body));
const ok = (body: Uint8Array, ...headers: readonly string[]): Behaviour =>
  reply("200 OK", [`Content-Length: ${body.length}`, ...headers], body);
const redirect = (location: string, status = "302 Found"): Behaviour => reply(status, [`Location: ${location}`]);
const raw =
  (text: string): Behaviour =>
  (socket) =>
    void socket.end(latin1(text));

const images = Object.fromEntries(
  imageFormats.map((format) => [`image.${format}`, ok(seedImages[format][1] ?? png, `Content-Type: image/${format}`)]),
);

const validity: Readonly<Record<string, Behaviour>> = {
  cacheable: ok(png, "Cache-Control: max-age=60", 'ETag: "a"'),
  "cacheable-for-ever": ok(png, "Cache-Control: max-age=99999999999999999999", "Age: -1", "Date: yesterday"),
  "odd-validity": ok(png, 'ETag: W/"\u00ff"', "Expires: 0", "Cache-Control: ,=,max-age", "Vary: *", "Last-Modified: x"),
  unchanged: reply("304 Not Modified", ['ETag: "a"']),
};

const redirects: Readonly<Record<string, Behaviour>> = {
  "to-image": redirect("/image.png"),
  "to-itself": redirect("/to-itself"),
  "to-a-chain": redirect("/to-image", "308 Permanent Redirect"),
  "to-a-private-address": redirect("http://10.0.0.1/"),
  "to-a-file": redirect("file:///etc/passwd"),
  "to-data": redirect("data:image/png;base64,QUJD"),
  "to-nothing": redirect(""),
  "to-latin-1": redirect("/\u00ff\u00fe"),
  "to-a-broken-address": redirect("http://[::1"),
  "to-no-location": reply("302 Found", []),
};

const statuses = Object.fromEntries(
  [
    "201 Created",
    "204 No Content",
    "206 Partial",
    "401 No",
    "403 No",
    "404 No",
    "410 Gone",
    "429 Slow",
    "500 No",
    "503 No",
    "599 X",
  ].map((status) => [
    `status-${status.slice(0, 3)}`,
    reply(status, ["Content-Type: text/plain"], status.startsWith("204") ? undefined : png),
  ]),
);

const bodies: Readonly<Record<string, Behaviour>> = {
  "web-page": ok(latin1("<!DOCTYPE html><title>Sign in</title>"), "Content-Type: text/html"),
  empty: ok(new Uint8Array()),
  "without-length": reply("200 OK", [], png),
  half: ok(png.subarray(0, png.length / 2)),
  noise: ok(noise(3000, 1)),
  chunked: raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
  "too-large": ok(new Uint8Array(11 * 1024 * 1024)),
  gzip: ok(gzipSync(png), "Content-Encoding: gzip"),
  "gzip-bomb": ok(gzipSync(new Uint8Array(30_000_000)), "Content-Encoding: gzip"),
  "no-gzip": ok(png, "Content-Encoding: gzip"),
  "unknown-encoding": ok(png, "Content-Encoding: zstd"),
  "many-headers": ok(png, ...Array.from({ length: 50 }, (_, index) => `X-${index}: ${"x".repeat(100)}`)),
};

const faults: Readonly<Record<string, Behaviour>> = {
  reset: (socket) => void socket.resetAndDestroy(),
  closes: (socket) => void socket.end(),
  "ends-early": reply("200 OK", ["Content-Length: 99999"], png),
  "resets-in-the-body": (socket) =>
    void socket.write(headOf("200 OK", ["Content-Length: 99999"]), () => socket.resetAndDestroy()),
  "claims-terabytes": reply("200 OK", ["Content-Length: 1000000000000"], png),
  "two-lengths": reply("200 OK", ["Content-Length: 5", "Content-Length: 7"], png),
  "broken-length": reply("200 OK", ["Content-Length: five"], png),
  "broken-chunks": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
  "cut-chunks": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"),
  "no-http": raw("220 mail.example ESMTP\r\n"),
  "broken-status": raw("HTTP/1.1 9999 ?\r\n\r\n"),
  "http-0.9": raw("hello"),
  "early-hints": raw(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`),
  slow: (socket) => void setTimeout(() => ok(png)(socket), 300),
};

/** Behaviours that last until the API's own limit for an image's server. */
const stalls: Readonly<Record<string, Behaviour>> = {
  "never-answers": () => {},
  "stalls-in-the-body": (socket) => void socket.write(headOf("200 OK", ["Content-Length: 99999"])),
  drips: (socket) => void socket.write(headOf("200 OK", ["Content-Length: 9999999"]), () => drip(socket)),
};

const behaviours = { ...images, ...validity, ...redirects, ...statuses, ...bodies, ...faults, ...stalls };

/** The paths of the images that the server sends as they are. */
export const goodPaths: readonly string[] = [
  ...Object.keys(images),
  "cacheable",
  "to-image",
  "gzip",
  "without-length",
].map((name) => `/${name}`);

/** The paths that every request gets an answer from at once. */
export const quickPaths: readonly string[] = Object.keys(behaviours)
  .filter((name) => !Object.hasOwn(stalls, name))
  .map((name) => `/${name}`);

/** The paths of requests that are never answered, or not completely. */
export const stallingPaths: readonly string[] = Object.keys(stalls).map((name) => `/${name}`);

function serveSocket(socket: Socket): void {
  let text = "";
  // Whoever fetches closes connections whenever it wants.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    // A TLS handshake: there is no certificate.
    if (text.startsWith("\u0016")) socket.destroy();
    if (!text.includes("\r\n\r\n")) return;
    const [, path = ""] = /^\S+ \/([^\s?#]*)/u.exec(text) ?? [];
    const table: Readonly<Record<string, Behaviour>> = behaviours;
    (Object.hasOwn(table, path) ? table[path] : statuses["status-404"])?.(socket);
    text = "";
  });
}

/** A server of images that misbehaves in a way that each path names. */
export async function startImageServer(): Promise<{ readonly origin: string; stop(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveSocket(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server listens to no port.");
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { origin: `http://127.0.0.1:${address.port}`, stop };
}
