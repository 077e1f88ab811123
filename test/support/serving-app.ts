import type { Engine } from "../../src/engine/engine.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { decodeReply, encodeRequest } from "../../src/inference/protocol/binary-extension.ts";
import type { InferRequest } from "../../src/inference/protocol/messages.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import { createAdmission } from "../../src/serving/admission.ts";
import { createServingApp } from "../../src/serving/app.ts";
import { createEncoderModel } from "../../src/serving/encoder-model.ts";
import { createFlorence2Model } from "../../src/serving/florence2-model.ts";
import { createGraphModels } from "../../src/serving/graph-model.ts";
import type { Outcome } from "../../src/serving/outcome.ts";
import { createWithImage } from "../../src/serving/with-image.ts";
import { servedPorts } from "./serving-ports.ts";
import { valueOf } from "./protocol-tensors.ts";
import { sampleImage } from "./sample-images.ts";
import { tinyEngine } from "./tiny-engine.ts";
import { TINY_POSITIONS } from "./tiny-model.ts";

/** A picture of any content: the tiny model does not look. */
export const street = sampleImage("street.jpg");

const description = { id: "tiny", revision: "r1", dtype: "fp32", imageSize: 1, firstLocationId: 3 };

/** What a test may replace. */
export interface ServingChanges {
  readonly engine?: Partial<Engine>;
  readonly maxInFlight?: number;
  readonly offersFp16?: boolean;
  readonly has?: (digest: string) => boolean;
  readonly revision?: string;
}

/** The server around the tiny model, or around an engine of the test's own; `outcomes` is what it recorded. */
export async function servingApp({
  engine: changes,
  maxInFlight = 10,
  offersFp16 = false,
  ...rest
}: ServingChanges = {}) {
  const { has, revision = "r1" } = rest;
  const identity = { ...description, revision };
  const tiny = await tinyEngine();
  const engine: Engine = { ...tiny.engine, ...changes };
  const admission = createAdmission(maxInFlight);
  const outcomes: Outcome[] = [];
  const held = new Set<string>();
  const withImage = createWithImage({
    has: has ?? ((digest) => held.has(digest)),
    preprocess: async ({ digest }) => {
      held.add(digest);
      return new Float32Array(3);
    },
    limits: ISOLATE_LIMITS,
  });
  const app = createServingApp({
    models: [
      createFlorence2Model({
        engine,
        withImage,
        description: identity,
        positions: TINY_POSITIONS,
      }),
      createEncoderModel({ engine, withImage, offersFp16 }),
      ...createGraphModels(engine, servedPorts, () => 0),
    ],
    identity,
    admission,
    version: "0.0.0",
    now: () => 0,
    newRequestId: () => "made-here",
    record: (outcome) => outcomes.push(outcome),
    metrics: async () => ({ text: "metrics", contentType: "text/plain" }),
  });
  return { ...tiny, app, admission, outcomes };
}

/** What a test asks. */
export type ServingApp = Awaited<ReturnType<typeof servingApp>>["app"];

/** BYTES of one text each. */
export function texts(name: string, ...values: readonly string[]): NamedTensor<"BYTES"> {
  const data = values.map((value) => new TextEncoder().encode(value));
  return { name, datatype: "BYTES", shape: [values.length], data };
}

/** INT32 of these values. */
export function counts(name: string, ...values: readonly number[]): NamedTensor<"INT32"> {
  return { name, datatype: "INT32", shape: [values.length], data: Int32Array.from(values) };
}

/** The picture as an input. */
export const image: NamedTensor<"BYTES"> = { name: "image", datatype: "BYTES", shape: [1], data: [street] };

/** How a request is sent; binary unless it says otherwise. */
export interface Sending {
  readonly isBinary?: (name: string) => boolean;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Asks a model. The reply is as it came. */
export async function ask(
  app: ServingApp,
  request: InferRequest,
  { isBinary = () => true, model = "florence2", headers, signal }: Sending = {},
): Promise<Response> {
  const message = valueOf(encodeRequest(request, isBinary));
  const all = { ...message.headers, ...headers };
  const init = { method: "POST", body: message.body, headers: all, ...(signal && { signal }) };
  return app.request(`/v2/models/${model}/infer`, init);
}

/** A reply's tensors by name, texts as text. Fails where the reply is an error. */
export async function outputsOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const { outputs } = valueOf(decodeReply(new Uint8Array(await response.arrayBuffer()), response.headers));
  return Object.fromEntries(
    outputs.map(({ name, data }) => {
      const values = Array.from<unknown>(data);
      return [name, values.map((value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value))];
    }),
  );
}

/** Status and code of an error. */
export async function errorOf(response: Response): Promise<readonly [number, unknown]> {
  const body: { readonly error?: unknown; readonly code?: unknown } = await response.json();
  return [response.status, typeof body.error === "string" ? body.code : body];
}

/** Asks for a stream. */
export async function askStream(app: ServingApp, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init = { method: "POST", body: JSON.stringify(body), ...(signal && { signal }) };
  return app.request("/v2/models/florence2/generate_stream", init);
}

/** The picture as base64. */
export const street64 = btoa(Array.from(street, (byte) => String.fromCharCode(byte)).join(""));
