import { excerpt } from "../bytes/excerpt.ts";
import { type Context, Hono } from "hono";
import { requestId } from "hono/request-id";
import type { StageTimes } from "../engine/stopwatch.ts";
import type { ModelIdentity } from "../inference/backend.ts";
import { identityParameters } from "../inference/model-identity.ts";
import { ACCEPTED_CODINGS } from "../http/content-coding.ts";
import { eventStream, type EventProducer } from "../http/event-stream.ts";
import { type Admit, whenAborted } from "../http/admission.ts";
import type { Admission } from "./admission.ts";
import { readJson } from "./body.ts";
import { callerOf, type Connection } from "./caller.ts";
import { infer } from "./infer.ts";
import type { Outcome, Result } from "./outcome.ts";
import { MODEL_VERSION, type ServedModel, type ServingCall, type StreamFrame } from "./served-model.ts";
import { type ErrorReply, errorReply, ServingFailure } from "./serving-failure.ts";

/** Value of Retry-After, in seconds, when the queue is full: about the time of ten batches. */
export const RETRY_AFTER_SECONDS = 1;

/**
 * Value of WWW-Authenticate. The scheme is the usual one of shared secrets, whatever the operator chose: that of the secret would be part of it where it
 * has none.
 */
const CHALLENGE = 'Bearer realm="florence-edge"';

/** Options of `createServingApp`. */
export interface ServingOptions {
  readonly models: readonly ServedModel[];
  /** Identity of the weights that all models use; metadata and replies contain it. */
  readonly identity: ModelIdentity;
  readonly admission: Admission;
  /** Admits messages by their bytes, as they arrive. */
  readonly receive: Admit;
  /** Whether a request with this Authorization header may do more than check the server's health. */
  readonly isAuthorized: (header: string | undefined) => boolean;
  readonly version: string;
  readonly now: () => number;
  readonly newRequestId: () => string;
  readonly record: (outcome: Outcome) => void;
  /** Returns the metrics page and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

type Env = { Variables: { requestId: string }; Bindings: Connection };
type ServingContext = Context<Env>;
type RecordResult = (result: Result) => void;
type Handler = (model: ServedModel, request: Request, call: ServingCall, record: RecordResult) => Promise<Response>;

function metadataOf({ name, inputs, outputs, parameters: own }: ServedModel, identity: ModelIdentity) {
  const listed = inputs.map(({ isOptional, ...input }) => ({
    ...input,
    ...(isOptional === true && { optional: true }),
  }));
  const versions = [MODEL_VERSION];
  const parameters = { ...identityParameters(identity), ...own };
  return { name, versions, platform: "onnxruntime", inputs: listed, outputs, parameters };
}

function errorResponse(context: ServingContext, { status, body }: ErrorReply): Response {
  const retry = status === 503 ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {};
  const codings = body.code === "unsupported-content-encoding" ? { "accept-encoding": ACCEPTED_CODINGS } : {};
  const challenge = status === 401 ? { "www-authenticate": CHALLENGE } : {};
  const headers = {
    ...retry,
    ...codings,
    ...challenge,
    "content-type": "application/json",
    "x-request-id": context.get("requestId"),
  };
  return new Response(JSON.stringify(body), { status, headers });
}

function serverTiming(times: StageTimes): string {
  const stages = Object.entries<number>({ ...times });
  return stages.map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`).join(", ");
}

function createInferHandler({ identity }: ServingOptions): Handler {
  return async (model, request, call, record) => {
    const { body, headers, reply } = await infer(model, identity, request, call);
    record({ status: 200, times: reply.times, tokens: reply.tokens });
    return new Response(body, { headers: { ...headers, "server-timing": serverTiming(reply.times) } });
  };
}

function createStreamHandler(): Handler {
  return async ({ name, stream }, request, call, record) => {
    if (stream === undefined) throw new ServingFailure("not-supported", `${name} does not stream.`);
    const work: EventProducer<StreamFrame> = async (emit, signal) => {
      const { times, tokens } = await stream(await readJson(request, call.body), emit, { ...call, signal });
      record({ status: 200, times, tokens });
    };
    const fail = (thrown: unknown): StreamFrame => {
      const { body, fault } = errorReply(thrown);
      record({ status: 200, code: body.code, fault });
      return { ...body };
    };
    const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" };
    return new Response(await eventStream(work, { signal: request.signal, fail }), { headers });
  };
}

function createModelLookup(models: readonly ServedModel[]) {
  const byName = new Map(models.map((model) => [model.name, model]));
  return (context: ServingContext): ServedModel => {
    const [name = "", version = MODEL_VERSION] = [context.req.param("model"), context.req.param("version")];
    const model = byName.get(name);
    if (model !== undefined && version === MODEL_VERSION) return model;
    const missing = `model ${excerpt(JSON.stringify(name))} of version ${excerpt(JSON.stringify(version))}`;
    throw new ServingFailure("not-found", `There is no ${missing}.`);
  };
}

const traceparentPattern = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** Returns the caller's W3C trace context; an invalid `traceparent` header is not written to the log. */
function traceOf(context: ServingContext): string | undefined {
  const sent = context.req.header("traceparent");
  return sent !== undefined && traceparentPattern.test(sent) ? sent : undefined;
}

/** Wraps a handler: converts thrown errors to replies, and records exactly one outcome per request. */
function withRecording(options: ServingOptions, operation: Outcome["operation"], handle: Handler) {
  const { now, record } = options;
  const modelOf = createModelLookup(options.models);
  return async (context: ServingContext): Promise<Response> => {
    const startedAt = now();
    const [id, traceparent] = [context.get("requestId"), traceOf(context)];
    let model = "";
    const recordResult: RecordResult = (result) => {
      const common = { requestId: id, traceparent, model, operation, ms: now() - startedAt };
      record({ code: undefined, times: undefined, tokens: 0, fault: undefined, ...result, ...common });
    };
    try {
      const served = modelOf(context);
      model = served.name;
      const caller = callerOf(context.req.header("x-caller"), context.env ?? {});
      const { raw } = context.req;
      const response = await options.receive({ caller, whenLeft: whenAborted(raw.signal) }, (place) => {
        const admit: ServingCall["admit"] = (units, work) => {
          place.begin(0);
          return options.admission.admit({ caller, units }, work);
        };
        return handle(served, raw, { signal: raw.signal, caller, body: place.count, admit }, recordResult);
      });
      response.headers.set("x-request-id", id);
      return response;
    } catch (thrown) {
      const reply = errorReply(thrown);
      recordResult({ status: reply.status, code: reply.body.code, fault: reply.fault });
      return errorResponse(context, reply);
    }
  };
}

/** Creates an Open Inference Protocol v2 server: health, metadata, infer with binary or JSON tensors, streams. */
export function createServingApp(options: ServingOptions): Hono<Env> {
  const { models, identity, admission, version, metrics } = options;
  const modelOf = createModelLookup(models);
  const app = new Hono<Env>();
  const status = () => (admission.isOpen ? 200 : 503);
  app.use(requestId({ generator: options.newRequestId }));
  app.get("/v2/health/live", (context) => context.json({ live: true }));
  app.get("/v2/health/ready", (context) => context.json({ ready: admission.isOpen }, status()));
  // Everything after this line, with paths that do not exist.
  app.use((context, next) => {
    if (options.isAuthorized(context.req.header("authorization"))) return next();
    throw new ServingFailure("unauthorized", "This server wants another Authorization header.");
  });
  app.get("/v2", (context) =>
    context.json({ name: "florence-edge", version, extensions: ["binary_tensor_data", "parameters", "generate"] }),
  );
  app.get("/v2/models", (context) => context.json({ models: models.map(({ name }) => name) }));
  app.get("/metrics", async (context) => {
    const { text, contentType } = await metrics();
    return context.body(text, 200, { "content-type": contentType });
  });
  for (const path of ["/v2/models/:model", "/v2/models/:model/versions/:version"]) {
    app.get(path, (context) => context.json(metadataOf(modelOf(context), identity)));
    app.get(`${path}/ready`, (context) => {
      const { name } = modelOf(context);
      return context.json({ name, ready: admission.isOpen }, status());
    });
    app.post(`${path}/infer`, withRecording(options, "infer", createInferHandler(options)));
    app.post(`${path}/generate_stream`, withRecording(options, "generate_stream", createStreamHandler()));
  }
  app.notFound((context) =>
    errorResponse(context, errorReply(new ServingFailure("not-found", "There is no such path."))),
  );
  app.onError((error, context) => errorResponse(context, errorReply(error)));
  return app;
}
