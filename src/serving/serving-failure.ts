import { problems } from "../contract/problem-table.ts";
import { isFault, Problem } from "../contract/problems.ts";
import { UnknownDigestError } from "../engine/feature-cache.ts";
import type { CodecFailure } from "../inference/protocol/codec-failure.ts";

/** HTTP status of each error code that this server adds to the problem codes of the API; both share one namespace. */
const servingStatuses = {
  /** The request violates the protocol, or its tensors do not match the inputs of the model. */
  "invalid-request": 400,
  /** The Authorization header is missing, or not the one that this server was started with. */
  unauthorized: 401,
  /** The model, version or path does not exist. */
  "not-found": 404,
  /** Only the digest of an image was sent and its features are not cached: the client has to send the image. */
  "unknown-digest": 404,
  /** The model does not support the operation. */
  "not-supported": 501,
} as const;

/** Error code of a `ServingFailure`. */
export type ServingCode = keyof typeof servingStatuses;

/** Error of a request to this server. */
export class ServingFailure extends Error {
  override readonly name = "ServingFailure";
  readonly code: ServingCode;

  constructor(code: ServingCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error as HTTP status and body: the protocol's `error`, and a code. */
export interface ErrorReply {
  readonly status: number;
  readonly body: { readonly error: string; readonly code: string };
  /** The thrown value to log, if the error is a fault of the server. */
  readonly fault: unknown;
}

function internal(fault: unknown): ErrorReply {
  return { status: 500, body: { error: "The request could not be answered.", code: "internal" }, fault };
}

/** Converts any thrown value to an error reply. An unexpected value is a bug: the reply says `internal`, without details. */
export function errorReply(thrown: unknown): ErrorReply {
  if (thrown instanceof ServingFailure) {
    const { code, message } = thrown;
    return { status: servingStatuses[code], body: { error: message, code }, fault: undefined };
  }
  if (thrown instanceof UnknownDigestError) {
    const error = "No features are cached for this digest: send the image.";
    return { status: servingStatuses["unknown-digest"], body: { error, code: "unknown-digest" }, fault: undefined };
  }
  if (thrown instanceof Problem) {
    if (thrown.code === "internal") return internal(thrown);
    const { status } = problems[thrown.code];
    const fault = isFault(thrown.code) ? thrown : undefined;
    return { status, body: { error: thrown.detail, code: thrown.code }, fault };
  }
  return internal(thrown);
}

/** Converts a codec failure to `invalid-request`. */
export function codecFailure({ detail }: CodecFailure): ServingFailure {
  return new ServingFailure("invalid-request", detail);
}
