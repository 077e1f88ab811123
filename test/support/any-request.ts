import * as fc from "fast-check";
import { EXAMPLE_IMAGE } from "../../src/contract/request-examples.ts";
import { anyOptions, type AnyOptions, mostly, queryEntries } from "./any-options.ts";
import { declared } from "./document-check.ts";
import { bilevelPng, joinBytes } from "./image-bytes.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const exampleBytes = Uint8Array.from(atob(EXAMPLE_IMAGE), (character) => character.charCodeAt(0));
const png = await bilevelPng(64, 48);
const pngBase64 = btoa(String.fromCharCode(...png));

/** A request in the form that `fetch` takes. */
export interface AnyRequest {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
}

const imageInJson = mostly<unknown>(
  [EXAMPLE_IMAGE, pngBase64, { base64: pngBase64 }, `data:image/png;base64,${pngBase64}`],
  [
    "%%%",
    "aGVsbG8=",
    "",
    7,
    null,
    "https://10.0.0.1/a.png",
    { url: "http://127.0.0.1/a.png" },
    { base64: pngBase64, url: "https://example.com" },
  ],
);

const imageBytes = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(exampleBytes, png) },
  fc.constantFrom(png.slice(0, 20), joinBytes(png, Uint8Array.of(1, 2)), encode("hello"), new Uint8Array()),
);

interface Content {
  readonly type: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly query: readonly (readonly [string, string])[];
}

const json = fc.record({ image: imageInJson, generated: anyOptions });

/** The body of a form, built by hand because the platform would build only valid ones. */
function formOf(image: Uint8Array, options: AnyOptions): Uint8Array<ArrayBuffer> {
  const fields = queryEntries(options).map(
    ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--b\r\ncontent-disposition: form-data; name="image"; filename="a"\r\n\r\n`;
  return joinBytes(encode(fields.join("") + head), image, encode("\r\n--b--\r\n"));
}

type BuildContent = (options: AnyOptions) => Content;

const taskContent: fc.Arbitrary<BuildContent> = fc.oneof(
  {
    weight: 4,
    arbitrary: imageInJson.map(
      (image): BuildContent =>
        (options) =>
          jsonOf({ image, ...options }),
    ),
  },
  {
    weight: 4,
    arbitrary: imageBytes.map((body): BuildContent => (options) => ({
      type: "image/png",
      body,
      query: queryEntries(options),
    })),
  },
  {
    weight: 2,
    arbitrary: imageBytes.map((image): BuildContent => (options) => {
      return { type: "multipart/form-data; boundary=b", body: formOf(image, options), query: [] };
    }),
  },
);

function jsonOf(value: unknown): Content {
  return { type: "application/json", body: JSON.stringify(value), query: [] };
}

/** Bodies that fit no operation. */
const mismatchedContent: fc.Arbitrary<Content> = fc.oneof(
  fc.json().map((body) => ({ type: "application/json", body, query: [] })),
  fc.record({
    type: fc.constantFrom("application/json", "text/plain", "image/*", "multipart/form-data", "", "video/mp4", ";;"),
    body: fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
    query: fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 })), { maxLength: 2 }),
  }),
);

const anyHeaders = fc
  .record(
    {
      "cache-control": mostly(["no-store", "no-cache", "max-age=0, stale-if-error=9"], ["only-if-cached", "=,;"]),
      "if-none-match": mostly(['"x"', "W/"], ["*"]),
      "x-request-id": fc.constantFrom("mine", "two words", "a".repeat(300)),
      traceparent: fc.constantFrom("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00"),
      origin: fc.constant("https://page.example"),
      accept: fc.constantFrom("text/event-stream", "image/svg+xml", "application/json", "*/*;q=0"),
    },
    { requiredKeys: [] },
  )
  .map((headers) => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)));

function requestOf(
  method: string,
  path: string,
  content: Content | undefined,
  extra: Readonly<Record<string, string>>,
): AnyRequest {
  const query = new URLSearchParams((content?.query ?? []).map(([name, value]) => [name, value])).toString();
  const type = content === undefined || content.type === "" ? {} : { "content-type": content.type };
  const target = query === "" ? path : `${path}?${query}`;
  return { method, path, target, headers: { ...extra, ...type }, body: content?.body };
}

const taskRequest = fc
  .tuple(anyOptions, taskContent, anyHeaders)
  .map(([{ task, options }, content, extra]) => requestOf("POST", `/v1/${task}`, content(options), extra));

const analyzeRequest = fc
  .tuple(imageInJson, fc.array(anyOptions, { maxLength: 4 }), anyHeaders)
  .map(([image, items, extra]) => {
    const tasks = items.map(({ task, options }) => ({ task, ...options }));
    return requestOf("POST", "/v1/analyze", jsonOf({ image, tasks }), extra);
  });

const batchRequest = fc.tuple(fc.array(json, { maxLength: 4 }), anyHeaders).map(([items, extra]) => {
  const flat = items.map(({ image, generated }) => ({ image, task: generated.task, ...generated.options }));
  return requestOf("POST", "/v1/batch", jsonOf({ items: flat }), extra);
});

const anyPath = fc.constantFrom(...declared.keys(), "/v1/vqa", "/nothing", "/v1/", "/v1/caption/", "/%00", "//x");

const requestWithoutBody = fc
  .tuple(fc.constantFrom("GET", "GET", "HEAD", "OPTIONS"), anyPath, anyHeaders)
  .map(([method, path, extra]) => requestOf(method, path, undefined, extra));

const mismatchedRequest = fc
  .tuple(fc.constantFrom("POST", "POST", "POST", "PUT", "DELETE", "PATCH"), anyPath, mismatchedContent, anyHeaders)
  .map(([method, path, content, extra]) => requestOf(method, path, content, extra));

/** Requests of every kind to every operation, and some to unknown paths. */
export const anyRequest: fc.Arbitrary<AnyRequest> = fc.oneof(
  { weight: 8, arbitrary: taskRequest },
  { weight: 1, arbitrary: analyzeRequest },
  { weight: 1, arbitrary: batchRequest },
  { weight: 2, arbitrary: requestWithoutBody },
  { weight: 2, arbitrary: mismatchedRequest },
);

/** The request to an origin. */
export function requestTo(origin: string, { method, target, headers, body }: AnyRequest): Request {
  return new Request(origin + target, { method, headers, ...(body === undefined ? {} : { body }) });
}

/** The status and, for 200, the content type of a response, to see which kinds of responses occurred. */
export function describeResponse({ status, headers }: Response): string {
  return `${status} ${status === 200 ? headers.get("content-type") : ""}`.trim();
}
