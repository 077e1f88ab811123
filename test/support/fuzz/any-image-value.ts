import * as fc from "fast-check";
import { hostileAddresses } from "../hostile-addresses.ts";
import { anyImage } from "./any-image.ts";
import { goodPaths, quickPaths } from "./image-server.ts";
import { labelled, type Labelled, seldom, weighted } from "./labelled.ts";

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const urlSafe = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const wrapped = (text: string, lineEnd: string): string => text.replace(/.{76}/gu, (line) => line + lineEnd);
const percent = (text: string): string => text.replace(/[+/=]/gu, encodeURIComponent);

/** An image as text, the usual way first. */
const encodings: readonly (readonly [string, (bytes: Uint8Array) => string])[] = [
  ["base64", base64],
  ["a data URI", (bytes) => `data:image/png;base64,${base64(bytes)}`],
  ["URL-safe base64", urlSafe],
  ["base64 without padding", (bytes) => base64(bytes).replace(/=+$/u, "")],
  ["MIME's base64", (bytes) => wrapped(base64(bytes), "\r\n")],
  ["base64 with spaces", (bytes) => ` ${wrapped(base64(bytes), " ")}\t`],
  ["a data URI in capitals", (bytes) => `DATA:IMAGE/PNG;BASE64,${base64(bytes)}`],
  ["a data URI with parameters", (bytes) => `data:image/jpeg;charset=utf-8;name=a.jpg;base64,${base64(bytes)}`],
  ["a data URI without a type", (bytes) => `data:;base64,${base64(bytes)}`],
  ["a percent-encoded data URI", (bytes) => `data:image/png;base64,${percent(base64(bytes))}`],
  ["percent-encoded base64", (bytes) => percent(base64(bytes))],
  [
    "a data URI without base64",
    (bytes) => `data:image/png,${encodeURIComponent(Buffer.from(bytes).toString("latin1"))}`,
  ],
  ["a data URI of base64 that does not say so", (bytes) => `data:image/png,${base64(bytes)}`],
  ["a data URI with a broken percent sign", (bytes) => `data:image/png;base64,%zz${base64(bytes)}%`],
  ["a data URI with a fragment", (bytes) => `data:image/png;base64,${base64(bytes)}#a`],
  ["a data URI without a comma", (bytes) => `data:image/png;base64${base64(bytes)}`],
  ["quoted base64", (bytes) => `"${base64(bytes)}"`],
  ["Python's bytes", (bytes) => `b'${base64(bytes)}'`],
  ["base64 with zero-width spaces", (bytes) => `\u200b${base64(bytes)}\ufeff`],
  ["base64 in both alphabets", (bytes) => `${urlSafe(bytes)}${base64(bytes)}`],
  ["hexadecimal", (bytes) => Buffer.from(bytes).toString("hex")],
  ["padding first", (bytes) => `==${base64(bytes)}`],
];

/** Long bodies are for requests with bytes: base64 of megabytes costs the generator more than the API. */
const MAX_ENCODED_BYTES = 200_000;
const image = anyImage.filter(({ value }) => value.length <= MAX_ENCODED_BYTES);

const text = fc
  .tuple(image, seldom(3, fc.constantFrom(...encodings.slice(0, 2)), fc.constantFrom(...encodings)))
  .map(([{ what, value }, [how, encode]]) => ({ what: `${what} as ${how}`, value: encode(value) }));

const decorations = ["", "?a=%zz", "?a=%ff#b", "#a", "/", "%00", "?x=" + "y".repeat(200), "?\u00e9", "?a b"];

function urlAt(origin: string): fc.Arbitrary<Labelled<string>> {
  const { host } = new URL(origin);
  const at = (paths: readonly string[]) =>
    fc.constantFrom(...paths).map((path) => ({ what: `URL ${path}`, value: origin + path }));
  const decorated = fc
    .tuple(at(quickPaths), fc.constantFrom(...decorations))
    .map(([{ what, value }, end]) => ({ what, value: value + end }));
  // Never the name of a public host: nothing here may use the network.
  const odd = fc.constantFrom(
    ` ${origin}/image.png `,
    `HTTP://${host}/image.png`,
    `//${host}/image.png`,
    `http:${host}/image.png`,
    `http:\\\\${host}\\image.png`,
    `http://user:secret@${host}/image.png`,
    `https://${host}/image.png`,
    "http://127.0.0.1:1/",
    "http://localhost:1/",
    "http://127.0.0.1:99999/",
    "http://nothing.invalid/",
    "https://",
    "http://[::1",
    `${origin}/${"a".repeat(5000)}`,
  );
  const refused = fc.constantFrom(...hostileAddresses.filter(([, address]) => !address.includes("example.")));
  return weighted(
    [8, at(goodPaths)],
    [8, decorated],
    [3, labelled("an odd URL", odd)],
    [3, refused.map(([what, value]) => ({ what: `URL: ${what}`, value }))],
  );
}

/** The `image` of a JSON body: base64 and data URIs in many spellings, URLs of `startImageServer` at `origin`, objects, and what is neither. */
export function anyImageValue(origin: string): fc.Arbitrary<Labelled<unknown>> {
  const url = urlAt(origin);
  const objects = fc
    .tuple(text, url)
    .chain(([encoded, address]) =>
      fc.constantFrom<Labelled<unknown>>(
        { what: `{base64: ${encoded.what}}`, value: { base64: encoded.value } },
        { what: `{url: ${address.what}}`, value: { url: address.value } },
        { what: "{base64: a URL}", value: { base64: address.value } },
        { what: "{url: base64}", value: { url: encoded.value } },
        { what: "{base64, url}", value: { base64: encoded.value, url: address.value } },
        { what: "{url: null}", value: { url: null, base64: encoded.value } },
      ),
    );
  const odd = labelled<unknown>(
    "an odd image",
    fc.constantFrom<unknown>(
      "",
      " ",
      "%%%",
      null,
      7,
      true,
      [],
      {},
      [""],
      "data:",
      "data:,",
      "data:image/png;base64,",
      "QUJD",
      "=",
      "a",
    ),
  );
  return weighted<Labelled<unknown>>([14, text], [4, url], [3, objects], [1, odd]);
}
