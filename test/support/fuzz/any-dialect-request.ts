import * as fc from "fast-check";
import { mostly } from "../any-options.ts";
import { utf8 } from "../text-bytes.ts";
import { azure, AZURE } from "./any-azure-content.ts";
import type { Content } from "./any-content.ts";
import { anyHeaders, type Header } from "./any-headers.ts";
import { validImage } from "./any-image.ts";
import { actions, chat, responses } from "./any-openai-content.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { weighted } from "./labelled.ts";

const targets = [
  "/openai/v1/models",
  "/openai/v1/models/florence-2",
  "/openai/v1/models/florence-2%2Focr",
  "/openai/v1/models/%FF/a",
  AZURE,
  "/openai/v1/embeddings",
  "/computervision/a",
  "/openai/v1/chat/completions",
];
const withoutBody = fc
  .tuple(fc.constantFrom("GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE"), fc.constantFrom(...targets), anyHeaders)
  .map(([method, target, headers]) => ({
    ...plain("no body", method, target),
    headers,
  }));

function plain(what: string, method: string, target: string): FuzzRequest {
  return { what, method, target, headers: [], body: undefined, transfer: "length", isValid: false, stalls: false };
}

function posted(contents: fc.Arbitrary<Content>): fc.Arbitrary<FuzzRequest> {
  const transfer = weighted<FuzzRequest["transfer"]>(
    [40, fc.constant("length")],
    [8, fc.constant("chunked")],
    [1, fc.constant("cut")],
  );
  return fc.tuple(contents, anyHeaders, transfer).map(([{ what, target, headers, body }, others, how]) => ({
    ...plain(what, "POST", target),
    headers: [...others, ...headers],
    body,
    transfer: how,
  }));
}

const validChat = validImage.map(({ what, value }) => ({
  ...plain(`valid: ${what}`, "POST", "/openai/v1/chat/completions"),
  headers: [["content-type", "application/json"]] as const,
  body: utf8(
    JSON.stringify({
      model: "florence-2",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "<OD>" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${Buffer.from(value).toString("base64")}` } },
          ],
        },
      ],
    }),
  ),
  isValid: true,
}));
const validAzure = validImage.map(({ what, value }) => ({
  ...plain(`valid: ${what}`, "POST", `${AZURE}?api-version=2023-10-01&features=caption,read,people`),
  headers: [["content-type", "application/octet-stream"]] as const,
  body: value,
  isValid: true,
}));

/** Requests to the dialects of others, from valid to hostile; about a quarter to each. `origin` is that of `startImageServer`. */
export function anyDialectRequest(origin: string): fc.Arbitrary<FuzzRequest> {
  return weighted<FuzzRequest>(
    [10, posted(chat(origin))],
    [10, posted(responses(origin))],
    [10, posted(actions(origin))],
    [10, posted(azure(origin))],
    [3, withoutBody],
    [2, validChat],
    [2, validAzure],
  );
}

const keys = mostly<readonly Header[]>(
  [[["authorization", "Bearer $rich"]], [["ocp-apim-subscription-key", "$rich"]], [["x-api-key", "$narrow"]]],
  [
    [],
    [["authorization", "Bearer $poor"]],
    [["ocp-apim-subscription-key", "$revoked"]],
    [["authorization", "Bearer sk-1"]],
  ],
);

/** The same requests with keys; `$name` stands for a key of the campaign (`accountWords`). None is called valid, since some keys may not ask. */
export function anyPaidRequest(origin: string): fc.Arbitrary<FuzzRequest> {
  return fc.tuple(anyDialectRequest(origin), keys).map(([request, key]) => ({
    ...request,
    headers: [...request.headers, ...key],
    isValid: false,
  }));
}
