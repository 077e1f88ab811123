import { modelPath } from "./addresses.ts";
import { attempt } from "./codec-failure.ts";
import type { Deadline } from "./deadline.ts";
import { parseExactly } from "./exact-json.ts";
import { InferenceFailure } from "./failure.ts";
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

/** How long `GET /v2` is memoized, in milliseconds: a server that is replaced by another dialect is noticed within it. */
export const SERVER_METADATA_TTL_MS = 300_000;

/** A client of one server that speaks the Open Inference Protocol v2 over HTTP. All calls throw `InferenceFailure`. */
export interface InferenceClient {
  /** Whether the server says that it lives, by its status; one attempt, past the circuit. Throws where it says nothing. Likewise the next two. */
  live(call?: CallOptions): Promise<boolean>;
  ready(call?: CallOptions): Promise<boolean>;
  modelReady(model: string, call?: CallOptions): Promise<boolean>;
  /** Asked once and memoized for `SERVER_METADATA_TTL_MS`; a failure is not memoized. */
  server(call?: CallOptions): Promise<ServerMetadata>;
  metadata(model: string, call?: CallOptions): Promise<ModelMetadata>;
  /** Tensors travel as binary data where `binaryTensors` or else `server()` says so, by `binary_tensor_data`; else as JSON. */
  infer(model: string, request: InferRequest, call?: CallOptions): Promise<InferenceReply>;
  /** The JSON objects of the stream's events, as they come. */
  generateStream(model: string, request: GenerateRequest, call?: CallOptions): AsyncIterable<Fields>;
}

/** Runs a call within its time. */
async function within<Value>(
  session: Session,
  call: CallOptions,
  defaultMs: number,
  work: (deadline: Deadline) => Promise<Value>,
): Promise<Value> {
  const deadline = session.begin(call, defaultMs);
  try {
    return await work(deadline);
  } finally {
    deadline.end();
  }
}

async function probe(session: Session, path: string, call: CallOptions): Promise<boolean> {
  return within(session, call, session.timeouts.probeMs, async (deadline) => {
    deadline.check();
    const response = await session.exchange(path, call, deadline);
    discard(response);
    return response.ok;
  });
}

async function getJson<Value>(
  session: Session,
  path: string,
  call: CallOptions,
  deadline: Deadline,
  read: (json: unknown) => Value,
): Promise<Value> {
  const ask = async (): Promise<Value> => {
    const response = await session.demand(path, call, deadline);
    const text = new TextDecoder().decode(await readBody(response, deadline, session.maxReplyBytes));
    return unwrapResult(
      attempt(() => read(parseExactly(text))),
      "malformed",
    );
  };
  return session.call(deadline, ask, call.isBestEffort);
}

/** Remembers the value, never the promise: workerd forbids waiting for what another request has begun. */
function rememberServer(session: Session, now: () => number) {
  let memoized: { readonly value: ServerMetadata; readonly untilMs: number } | undefined;
  return async (call: CallOptions, deadline: Deadline): Promise<ServerMetadata> => {
    if (memoized !== undefined && now() < memoized.untilMs) return memoized.value;
    const value = await getJson(session, "/v2", call, deadline, serverMetadataOf);
    memoized = { value, untilMs: now() + SERVER_METADATA_TTL_MS };
    return value;
  };
}

async function speaksBinary(server: Promise<ServerMetadata>): Promise<boolean> {
  try {
    return (await server).extensions.includes("binary_tensor_data");
  } catch (thrown) {
    // A server that does not answer this question may still infer; JSON is what all of them read.
    if (thrown instanceof InferenceFailure && thrown.kind === "refused") return false;
    throw thrown;
  }
}

/** Makes a client. Throws `TypeError` where the url is none. */
export function createInferenceClient(options: InferenceClientOptions): InferenceClient {
  const session = createSession(options);
  const server = rememberServer(session, options.now);
  const { callMs } = session.timeouts;
  return {
    live: (call = {}) => probe(session, "/v2/health/live", call),
    ready: (call = {}) => probe(session, "/v2/health/ready", call),
    modelReady: async (model, call = {}) => probe(session, `${modelPath(model, call.version)}/ready`, call),
    server: (call = {}) => within(session, call, callMs, (deadline) => server(call, deadline)),
    metadata: (model, call = {}) =>
      within(session, call, callMs, async (deadline) =>
        getJson(session, modelPath(model, call.version), call, deadline, modelMetadataOf),
      ),
    infer: (model, request, call = {}) =>
      within(session, call, callMs, async (deadline) => {
        const path = `${modelPath(model, call.version)}/infer`;
        const isBinary = options.binaryTensors ?? (await speaksBinary(server(call, deadline)));
        return session.call(deadline, async () => {
          const message = encodeInfer(request, isBinary, deadline.remainingMs());
          const response = await session.demand(path, call, deadline, message);
          return decodeInfer(request, await readBody(response, deadline, session.maxReplyBytes), response.headers);
        });
      }),
    generateStream: (model, request, call = {}) => streamFrames(session, model, request, call),
  };
}
