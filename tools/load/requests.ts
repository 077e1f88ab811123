import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";

/** Path of a backend's calls. */
export const INFER_PATH = "/v2/models/florence2/infer";
/** The same for streams. */
export const STREAM_PATH = "/v2/models/florence2/generate_stream";

/** A caller as both servers name it: an address at the edge, an opaque id at the backend. */
export interface Caller {
  readonly address: string;
  readonly id: string;
}

/** A request without a body, of this caller. `isValid` says that any refusal is a fault. */
function requestOf(caller: Caller, what: string, target: string, isValid: boolean): FuzzRequest {
  const headers = [
    ["cf-connecting-ip", caller.address],
    ["x-caller", caller.id],
    ["cache-control", "no-store"],
  ] as const;
  return { what, method: "POST", target, headers, body: undefined, transfer: "length", isValid, stalls: false };
}

/** What a request is made of. */
export interface RequestParts {
  readonly caller: Caller;
  readonly what: string;
  readonly target: string;
  readonly body: Uint8Array;
  readonly type: string;
  readonly isValid?: boolean;
}

/** A POST request with a body. The cache neither answers it nor stores its answer. */
export function postRequest({ caller, what, target, body, type, isValid = false }: RequestParts): FuzzRequest {
  const request = requestOf(caller, what, target, isValid);
  return { ...request, headers: [...request.headers, ["content-type", type]], body };
}

/** A POST request with JSON, given as a value or as text. */
export function jsonRequest({ json, ...parts }: Omit<RequestParts, "body" | "type"> & { readonly json: unknown }) {
  const body = new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json));
  return postRequest({ ...parts, body, type: "application/json" });
}

/** Work for a backend. */
export interface BackendWork {
  readonly image: Uint8Array;
  readonly prompts: readonly string[];
  readonly beams?: number;
  readonly maxNewTokens?: number;
}

function countTensor(name: string, value: number | undefined) {
  return value === undefined ? [] : [{ name, datatype: "INT32", shape: [1], data: [value] }];
}

/** The JSON of a call of `infer`, which asks for the token ids. */
export function inferJson({ image, prompts, beams, maxNewTokens }: BackendWork): unknown {
  const parameters = { content_type: "base64" };
  return {
    inputs: [
      { name: "image", datatype: "BYTES", shape: [1], data: [Buffer.from(image).toString("base64")], parameters },
      { name: "prompt", datatype: "BYTES", shape: [prompts.length], data: prompts },
      ...countTensor("num_beams", beams),
      ...countTensor("max_new_tokens", maxNewTokens),
    ],
    outputs: [{ name: "token_ids" }],
  };
}

/** The JSON of a call of `generate_stream`. */
export function streamJson({ image, prompts, beams, maxNewTokens }: BackendWork): unknown {
  const base64 = Buffer.from(image).toString("base64");
  return { text_input: prompts, image: base64, num_beams: beams, max_new_tokens: maxNewTokens };
}
