import { problems } from "../contract/problem-table.ts";
import { isFault, Problem } from "../contract/problems.ts";
import { UnknownDigestError } from "../engine/feature-store.ts";
import type { CodecFailure } from "../inference/protocol/codec-failure.ts";

/** What this server says beside the API's own problems; they share one namespace of codes. */
const servingStatuses = {
  /** The request is not one of the protocol's, or its tensors are not those of the model. */
  "invalid-request": 400,
  /** No such model, version or address. */
  "not-found": 404,
  /** Only a picture's digest was sent, and its features are not here: send the picture. */
  "unknown-digest": 404,
  /** The model does not do what the address asks of it. */
  "not-supported": 501,
} as const;

/** A row's name. */
export type ServingCode = keyof typeof servingStatuses;

/** What a request to this server fails with. */
export class ServingFailure extends Error {
  override readonly name = "ServingFailure";
  readonly code: ServingCode;

  constructor(code: ServingCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** An error as it is sent: the protocol's `error`, and a code. */
export interface ErrorReply {
  readonly status: number;
  readonly body: { readonly error: string; readonly code: string };
  /** What was thrown, if it is ours to mend: it belongs into the log. */
  readonly fault: unknown;
}

function internal(fault: unknown): ErrorReply {
  return { status: 500, body: { error: "The request could not be answered.", code: "internal" }, fault };
}

/** Anything thrown → what is sent. What is no failure of ours is a bug: the caller learns nothing of it but that it happened. */
export function errorReply(thrown: unknown): ErrorReply {
  if (thrown instanceof ServingFailure) {
    const { code, message } = thrown;
    return { status: servingStatuses[code], body: { error: message, code }, fault: undefined };
  }
  if (thrown instanceof UnknownDigestError) {
    const error = "No features are held under this digest: send the image.";
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

/** A message that the codec could not read. */
export function codecFailure({ detail }: CodecFailure): ServingFailure {
  return new ServingFailure("invalid-request", detail);
}
