import { type Context, Hono } from "hono";
import { requestId } from "hono/request-id";
import type { StageTimes } from "../engine/engine.ts";
import type { ModelIdentity } from "../inference/backend.ts";
import { identityParameters } from "../inference/model-identity.ts";
import { eventStream, type EventProducer } from "../http/event-stream.ts";
import type { Admission } from "./admission.ts";
import { readJson } from "./body.ts";
import { infer } from "./infer.ts";
import type { Outcome, Result } from "./outcome.ts";
import { MODEL_VERSION, type ServedModel, type StreamFrame } from "./served-model.ts";
import { type ErrorReply, errorReply, ServingFailure } from "./serving-failure.ts";

/** Seconds after which one may ask again when the queue is full: some ten batches' time. */
export const RETRY_AFTER_SECONDS = 1;

/** What `createServingApp` is given. */
export interface ServingOptions {
  readonly models: readonly ServedModel[];
  /** Whose weights all of them are: metadata and replies name it. */
  readonly identity: ModelIdentity;
  readonly admission: Admission;
  readonly version: string;
  readonly now: () => number;
  readonly newRequestId: () => string;
  readonly record: (outcome: Outcome) => void;
  /** The metrics page and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

type Env = { Variables: { requestId: string } };
type ServingContext = Context<Env>;
type Record = (result: Result) => void;
type Handle = (model: ServedModel, request: Request, record: Record) => Promise<Response>;

function metadataOf({ name, inputs, outputs, parameters: own }: ServedModel, identity: ModelIdentity) {
  const listed = inputs.map(({ isOptional, ...input }) => ({
    ...input,
    ...(isOptional === true && { optional: true }),
  }));
  const versions = [MODEL_VERSION];
  const parameters = { ...identityParameters(identity), ...own };
  return { name, versions, platform: "onnxruntime", inputs: listed, outputs, parameters };
}

function failed(context: ServingContext, { status, body }: ErrorReply): Response {
  const retry = status === 503 ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {};
  const headers = { ...retry, "content-type": "application/json", "x-request-id": context.get("requestId") };
  return new Response(JSON.stringify(body), { status, headers });
}

function serverTiming(times: StageTimes): string {
  const stages = Object.entries<number>({ ...times });
  return stages.map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`).join(", ");
}

function inferring({ admission, identity }: ServingOptions): Handle {
  return (model, request, record) =>
    admission.admit(async () => {
      const { body, headers, reply } = await infer(model, identity, request);
      record({ status: 200, times: reply.times, tokens: reply.tokens });
      return new Response(body, { headers: { ...headers, "server-timing": serverTiming(reply.times) } });
    });
}

function streaming({ admission }: ServingOptions): Handle {
  return async ({ name, stream }, request, record) => {
    if (stream === undefined) throw new ServingFailure("not-supported", `${name} does not stream.`);
    const work: EventProducer<StreamFrame> = (emit, signal) =>
      admission.admit(async () => {
        const { times, tokens } = await stream(await readJson(request), emit, signal);
        record({ status: 200, times, tokens });
      });
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
    const what = `model ${JSON.stringify(name)} of version ${JSON.stringify(version)}`;
    throw new ServingFailure("not-found", `There is no ${what}.`);
  };
}

const traceparentForm = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The caller's W3C trace context; anything else under that name is not written into the log. */
function traceOf(context: ServingContext): string | undefined {
  const sent = context.req.header("traceparent");
  return sent !== undefined && traceparentForm.test(sent) ? sent : undefined;
}

/** Runs a handler, turns what it throws into a reply, and records the one outcome. */
function recorded(options: ServingOptions, operation: Outcome["operation"], handle: Handle) {
  const { now, record } = options;
  const modelOf = createModelLookup(options.models);
  return async (context: ServingContext): Promise<Response> => {
    const begun = now();
    const [id, traceparent] = [context.get("requestId"), traceOf(context)];
    let model = "";
    const tell: Record = (result) => {
      const known = { requestId: id, traceparent, model, operation, ms: now() - begun };
      record({ code: undefined, times: undefined, tokens: 0, fault: undefined, ...result, ...known });
    };
    try {
      const served = modelOf(context);
      model = served.name;
      const response = await handle(served, context.req.raw, tell);
      response.headers.set("x-request-id", id);
      return response;
    } catch (thrown) {
      const reply = errorReply(thrown);
      tell({ status: reply.status, code: reply.body.code, fault: reply.fault });
      return failed(context, reply);
    }
  };
}

/** An Open Inference Protocol v2 server: health, metadata, infer with binary or JSON tensors, streams. */
export function createServingApp(options: ServingOptions): Hono<Env> {
  const { models, identity, admission, version, metrics } = options;
  const modelOf = createModelLookup(models);
  const app = new Hono<Env>();
  const status = () => (admission.isOpen ? 200 : 503);
  app.use(requestId({ generator: options.newRequestId }));
  app.get("/v2", (context) =>
    context.json({ name: "florence-edge", version, extensions: ["binary_tensor_data", "parameters", "generate"] }),
  );
  app.get("/v2/health/live", (context) => context.json({ live: true }));
  app.get("/v2/health/ready", (context) => context.json({ ready: admission.isOpen }, status()));
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
    app.post(`${path}/infer`, recorded(options, "infer", inferring(options)));
    app.post(`${path}/generate_stream`, recorded(options, "generate_stream", streaming(options)));
  }
  app.notFound((context) =>
    failed(context, errorReply(new ServingFailure("not-found", "There is nothing at this address."))),
  );
  app.onError((error, context) => failed(context, errorReply(error)));
  return app;
}
