import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { byteChange } from "./byte-changes.ts";
import { type Labelled, seldom, weighted } from "./labelled.ts";

/** A header line; a name may occur more than once. */
export type Header = readonly [name: string, value: string];

/** Values of the headers that the API reads, and of others that clients send. Latin-1, as on the wire. */
const values: Readonly<Record<string, readonly string[]>> = {
  "cache-control": [
    "no-store",
    "no-cache",
    "max-age=0",
    "max-age=0, stale-if-error=9",
    "only-if-cached",
    "only-if-cached, max-age=99",
    "=,;",
    "max-age=-1",
    "max-age=1e99",
    'no-cache="x"',
    "MAX-AGE=5",
    ",".repeat(2000),
  ],
  "if-none-match": ['"x"', "W/", "*", 'W/"x", "y"', '"', "", ",,,", '"\u00ff"', `"${"x".repeat(3000)}"`],
  "if-match": ['"x"', "*"],
  "if-modified-since": ["Sun, 06 Nov 1994 08:49:37 GMT", "yesterday"],
  range: ["bytes=0-1", "bytes=-5", "bytes=9-1,0-", "items=0-1"],
  accept: ["text/event-stream", "image/svg+xml", "application/json", "*/*;q=0", "text/html", "", ";;q=x", "\u00ff"],
  // Not "*;q=0": the runtime in front of the Worker answers it.
  "accept-encoding": ["gzip", "br", "identity", "gzip;q=x", "zstd", ""],
  "accept-language": ["de", "*"],
  "x-request-id": ["mine", "two words", "a".repeat(300), "", "\u00e9", "a\tb"],
  traceparent: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00", "\u00ff"],
  origin: ["https://page.example", "null", ""],
  "access-control-request-method": ["POST", "PATCH", ""],
  "access-control-request-headers": ["content-type", "x-anything, authorization"],
  "idempotency-key": ["1", "\u00ff"],
  authorization: ["Bearer x", "Basic \u00ff"],
  cookie: ["a=b; c", "=; =;"],
  "content-language": ["de"],
  "content-md5": ["x"],
  "content-disposition": ['attachment; filename="f\u00fcr.png"'],
  "content-range": ["bytes 0-1/2"],
  "x-http-method-override": ["DELETE"],
  "x-forwarded-for": ["127.0.0.1", "x"],
  "x-forwarded-proto": ["https"],
  forwarded: ["for=x;proto=y"],
  priority: ["u=9"],
  prefer: ["respond-async"],
  "user-agent": ["", "\u00ff"],
  referer: ["about:blank"],
};
const names = Object.keys(values);
/** Headers that change the answer are more frequent. */
const read = ["cache-control", "if-none-match", "accept", "x-request-id", "traceparent", "origin"];

const header: fc.Arbitrary<Header> = seldom(3, fc.constantFrom(...read), fc.constantFrom(...names)).chain((name) =>
  fc.constantFrom(...(values[name] ?? [""])).map((value): Header => [name, value]),
);

/** Headers besides the content type: none in most cases, else up to four, some of them twice. */
export const anyHeaders: fc.Arbitrary<readonly Header[]> = weighted(
  [6, fc.constant<readonly Header[]>([])],
  [4, fc.array(header, { minLength: 1, maxLength: 2 })],
  [1, fc.array(header, { minLength: 1, maxLength: 4 })],
);

/** Media types that fit no body of the API, or no media type at all. */
const otherTypes = [
  "",
  ";",
  "/",
  "text/plain",
  "text/json",
  "image",
  "image/",
  "video/mp4",
  "application/x-www-form-urlencoded",
  "application/xml",
  "application/json/x",
  "binary/octet-stream",
  "image/\u00ff",
  "application/json, image/png",
  "*/*",
];
const jsonTypes = [
  "application/json",
  "application/json; charset=utf-8",
  "application/problem+json",
  "APPLICATION/JSON",
  "application/json; charset=utf-16",
  "application/json;",
  " application/json",
];
const imageTypes = [
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "image/*",
  "IMAGE/PNG",
  "image/x-icon",
  "image/svg+xml",
  "application/octet-stream",
  "image/png; name=a",
];

/** The content type of a JSON body: another one in 1 of 20 cases, and none at all in 1 of 40. */
const typed = (types: readonly string[]): fc.Arbitrary<string | undefined> =>
  weighted<string | undefined>(
    [20, fc.constant(types[0])],
    [17, fc.constantFrom(...types)],
    [2, fc.constantFrom(...otherTypes)],
    [1, fc.constant(undefined)],
  );

/** Content types of a JSON body, most of them right; undefined for none. */
export const jsonType = typed(jsonTypes);

/** Content types of an image, most of them right; undefined for none. */
export const imageType = typed(imageTypes);

/** A body, and the headers that say how it is encoded. */
export interface EncodedBody {
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

type Encode = (body: Uint8Array) => Uint8Array;
const same: Encode = (body) => body;
/** A stream that inflates to 30 MB, more than a body may have. */
const bomb = gzipSync(new Uint8Array(30_000_000), { level: 9 });

/** Content-Encoding, and what is done to the body. */
const encodings: readonly (readonly [string, Encode])[] = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["GZIP", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["identity", same],
  ["", same],
  ["gzip, br", (body) => brotliCompressSync(gzipSync(body))],
  ["gzip, gzip", (body) => gzipSync(gzipSync(body))],
  ["gzip", same],
  ["br", same],
  ["zstd", same],
  ["aws-chunked", same],
  ["gzip", () => bomb],
  ["gzip", (body) => gzipSync(body).subarray(0, -9)],
  ["gzip", (body) => Buffer.concat([gzipSync(body), gzipSync(body)])],
];

/** A body as it is in 19 of 20 cases, else compressed, wrongly labelled, damaged, or a bomb. */
export function encodedBody(body: Uint8Array): fc.Arbitrary<Labelled<EncodedBody>> {
  const named = fc.constantFrom(...encodings).map(([name, encode]) => ({
    what: `, encoding ${name}`,
    value: { headers: [["content-encoding", name]] as const, body: encode(body) },
  }));
  const damaged = byteChange.map((change) => ({
    what: `, encoding gzip, ${change.what}`,
    value: { headers: [["content-encoding", "gzip"]] as const, body: change.value(gzipSync(body)) },
  }));
  const plain = fc.constant({ what: "", value: { headers: [], body } });
  return seldom<Labelled<EncodedBody>>(20, plain, weighted([6, named], [1, damaged]));
}
