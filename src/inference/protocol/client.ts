import { modelPath } from "./urls.ts";
import { codecResultOf } from "./codec-failure.ts";
import type { Deadline } from "./deadline.ts";
import { parseExactly } from "./exact-json.ts";
import { CREDENTIALS_REFUSED, InferenceFailure } from "./failure.ts";
import type { Fields } from "./fields.ts";
import { streamFrames } from "./generate.ts";
import type { GenerateRequest } from "./generate.ts";
import { decodeInfer, encodeInfer, unwrapResult } from "./infer.ts";
import type { InferenceReply } from "./infer.ts";
import type { InferRequest } from "./messages.ts";
import { modelMetadataOf, serverMetadataOf } from "./metadata.ts";
import type { ModelMetadata, ServerMetadata } from "./metadata.ts";
import { createSession } from "./session.ts";
import type { CallOptions, InferenceClientOptions, Session } from "./session.ts";
import { discard, readBody } from "./transport.ts";

/** How long the result of `GET /v2` is memoized, in milliseconds: a replaced server with other extensions is noticed within this time. */
export const SERVER_METADATA_TTL_MS = 300_000;

/** A client of one Open Inference Protocol v2 server over HTTP. All calls throw `InferenceFailure`. */
export interface InferenceClient {
  /**
   * Whether the status of the reply is 2xx. Makes one attempt, bypassing the circuit. Throws if there is no reply, and for the statuses 401, 403 and
   * 407: the server may be ready for others. The same applies to `ready` and `modelReady`.
   */
  live(call?: CallOptions): Promise<boolean>;
  ready(call?: CallOptions): Promise<boolean>;
  modelReady(model: string, call?: CallOptions): Promise<boolean>;
  /** Memoized for `SERVER_METADATA_TTL_MS`; a failure is not memoized. */
  server(call?: CallOptions): Promise<ServerMetadata>;
  metadata(model: string, call?: CallOptions): Promise<ModelMetadata>;
  /**
   * Sends tensors as binary data if `binaryTensors` is true or, if it is undefined, when `server()` lists `binary_tensor_data`; as JSON
   * otherwise.
   */
  infer(model: string, request: InferRequest, call?: CallOptions): Promise<InferenceReply>;
  /** Yields the JSON object of each event of the stream on arrival. */
  generateStream(model: string, request: GenerateRequest, call?: CallOptions): AsyncIterable<Fields>;
}

/** Runs `work` with the deadline of the call. */
async function withDeadline<Value>(
  session: Session,
  call: CallOptions,
  defaultMs: number,
  work: (deadline: Deadline) => Promise<Value>,
): Promise<Value> {
  const deadline = session.startDeadline(call, defaultMs);
  try {
    return await work(deadline);
  } finally {
    deadline.end();
  }
}

async function probe(session: Session, path: string, call: CallOptions): Promise<boolean> {
  return withDeadline(session, call, session.timeouts.probeMs, async (deadline) => {
    deadline.check();
    const response = await session.exchange(path, call, deadline);
    if (CREDENTIALS_REFUSED.has(response.status)) throw await session.failureOf(response, path, deadline);
    discard(response);
    return response.ok;
  });
}

async function getJson<Value>(
  session: Session,
  path: string,
  call: CallOptions,
  deadline: Deadline,
  parse: (json: unknown) => Value,
): Promise<Value> {
  const request = async (): Promise<Value> => {
    const response = await session.exchangeOk(path, call, deadline);
    const text = new TextDecoder().decode(await readBody(response, deadline, session.maxReplyBytes));
    return unwrapResult(
      codecResultOf(() => parse(parseExactly(text))),
      "malformed",
    );
  };
  return session.call(deadline, request, call.isBestEffort);
}

/** Memoizes the value, never the promise: workerd forbids awaiting a promise of another request. */
function memoizeServerMetadata(session: Session, now: () => number) {
  let memoized: { readonly value: ServerMetadata; readonly readMs: number } | undefined;
  return async (call: CallOptions, deadline: Deadline): Promise<ServerMetadata> => {
    if (memoized !== undefined && Math.abs(now() - memoized.readMs) < SERVER_METADATA_TTL_MS) return memoized.value;
    const value = await getJson(session, "/v2", call, deadline, serverMetadataOf);
    memoized = { value, readMs: now() };
    return value;
  };
}

async function supportsBinary(server: Promise<ServerMetadata>): Promise<boolean> {
  try {
    return (await server).extensions.includes("binary_tensor_data");
  } catch (thrown) {
    // A server that refuses `GET /v2` may still support inference; every server accepts JSON.
    if (thrown instanceof InferenceFailure && thrown.kind === "refused") return false;
    throw thrown;
  }
}

/** Creates a client. Throws `TypeError` for an invalid URL. */
export function createInferenceClient(options: InferenceClientOptions): InferenceClient {
  const session = createSession(options);
  const server = memoizeServerMetadata(session, options.now);
  const { callMs } = session.timeouts;
  return {
    live: (call = {}) => probe(session, "/v2/health/live", call),
    ready: (call = {}) => probe(session, "/v2/health/ready", call),
    modelReady: async (model, call = {}) => probe(session, `${modelPath(model, call.version)}/ready`, call),
    server: (call = {}) => withDeadline(session, call, callMs, (deadline) => server(call, deadline)),
    metadata: (model, call = {}) =>
      withDeadline(session, call, callMs, async (deadline) =>
        getJson(session, modelPath(model, call.version), call, deadline, modelMetadataOf),
      ),
    infer: (model, request, call = {}) =>
      withDeadline(session, call, callMs, async (deadline) => {
        const path = `${modelPath(model, call.version)}/infer`;
        const isBinary = options.binaryTensors ?? (await supportsBinary(server(call, deadline)));
        return session.call(deadline, async () => {
          const message = encodeInfer(request, isBinary, deadline.remainingMs());
          const response = await session.exchangeOk(path, call, deadline, message);
          return decodeInfer(request, await readBody(response, deadline, session.maxReplyBytes), response.headers);
        });
      }),
    generateStream: (model, request, call = {}) => streamFrames(session, model, request, call),
  };
}
