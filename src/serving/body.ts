import { jsonExcess, type JsonLimits } from "../bytes/json-structure.ts";
import { Problem } from "../contract/problems.ts";
import { type BodyCount, readBody } from "../http/body.ts";
import { MAX_DIMENSIONS } from "../inference/protocol/shape.ts";
import { ServingFailure } from "./serving-failure.ts";

/** Maximum body in bytes, Triton's default: a batch of eight images of 768 × 768 pixels as float32 takes 57 MB as binary data. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Maximum JSON of a message in bytes: an image of 768 × 768 pixels as float32 in decimal takes 21 MB, the largest file in base64 14 MB. The thread
 * that parses it also answers health checks.
 */
export const MAX_MESSAGE_JSON_BYTES = 32 * 1024 * 1024;

/**
 * Limits of the JSON of an infer request. A tensor in JSON may have two million elements, one image of 768 × 768 pixels, nested like its shape: with
 * thirty million, parsing and conversion took the thread six seconds.
 */
export const inferJson: JsonLimits = {
  depth: MAX_DIMENSIONS + 8,
  containers: 2 ** 16,
  commas: 2 ** 21,
  names: 2 ** 16,
};

/** Limits of the JSON of `generate_stream`: 128 prompts, few parameters, and room for fields that are ignored. */
export const streamJson: JsonLimits = { depth: 32, containers: 1024, commas: 1024, names: 1024 };

/**
 * Maximum bytes of all messages that a server holds, as they arrive: four of the largest. A caller who stalls has at most 7/8 of them, and gives way to
 * one who has less (`scheduling/reservations.ts`).
 */
export const MAX_RECEIVED_BYTES = 4 * MAX_MESSAGE_BYTES;

/** Maximum number of requests that a server reads or answers. Each that stalls takes 50 kB. */
export const MAX_OPEN_REQUESTS = 1024;

/** Header with the length of a message's JSON, after which binary data follow. */
const JSON_LENGTH = "inference-header-content-length";

function tooLarge(): Problem {
  return new Problem(
    "body-too-large",
    `The JSON of a message may have at most ${MAX_MESSAGE_JSON_BYTES} bytes: send tensors as binary data.`,
  );
}

/** Throws `invalid-request` for JSON that is too expensive to parse. */
function checkJson(json: Uint8Array, limits: JsonLimits): void {
  const excess = jsonExcess(json, limits);
  if (excess !== undefined) throw new ServingFailure("invalid-request", excess);
}

/** Returns the JSON at the start of a body. The codec rejects a wrong length in the header. */
function jsonOf(body: Uint8Array, headers: Headers): Uint8Array {
  return body.subarray(0, Number(headers.get(JSON_LENGTH) ?? body.length));
}

/** Reads a body. A failure of this server's own that ended it is thrown itself. */
function readWhole(request: Request, maxBytes: number, count: BodyCount): Promise<Uint8Array> {
  return readBody(request, { maxBytes, ...count }).catch((thrown: unknown) => {
    throw thrown instanceof Problem && thrown.cause instanceof ServingFailure ? thrown.cause : thrown;
  });
}

/** Reads a body that is JSON and nothing else. */
function readJsonBody(request: Request, count: BodyCount): Promise<Uint8Array> {
  return readWhole(request, MAX_MESSAGE_JSON_BYTES, count).catch((thrown: unknown) => {
    throw thrown instanceof Problem && thrown.code === "body-too-large" ? tooLarge() : thrown;
  });
}

/**
 * Reads the body of an infer request, with JSON that may be parsed. Rejects with `Problem` `body-too-large` or `request-cancelled`, or with
 * `invalid-request`.
 */
export async function readMessage(request: Request, count: BodyCount = {}): Promise<Uint8Array> {
  const hasBinary = request.headers.has(JSON_LENGTH);
  const body = hasBinary ? await readWhole(request, MAX_MESSAGE_BYTES, count) : await readJsonBody(request, count);
  const json = jsonOf(body, request.headers);
  if (json.length > MAX_MESSAGE_JSON_BYTES) throw tooLarge();
  checkJson(json, inferJson);
  return body;
}

/** Reads the body of `generate_stream` as JSON. Rejects as `readMessage` does, and with `invalid-request` if it is not JSON. */
export async function readJson(request: Request, count: BodyCount = {}): Promise<unknown> {
  const bytes = await readJsonBody(request, count);
  checkJson(bytes, streamJson);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new ServingFailure("invalid-request", "The body is not JSON in UTF-8.");
  }
}
