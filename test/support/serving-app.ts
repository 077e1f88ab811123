import type { Engine } from "../../src/engine/engine.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { decodeReply, encodeRequest } from "../../src/inference/protocol/binary-extension.ts";
import type { InferRequest } from "../../src/inference/protocol/messages.ts";
import { ISOLATE_LIMITS, readImageHeader } from "../../src/image/image.ts";
import { createAdmission } from "../../src/serving/admission.ts";
import { createServingApp } from "../../src/serving/app.ts";
import { createEncoderModel } from "../../src/serving/encoder-model.ts";
import { createFlorence2Model } from "../../src/serving/florence2-model.ts";
import { createGraphModels } from "../../src/serving/graph-model.ts";
import type { Outcome } from "../../src/serving/outcome.ts";
import { createWithImage } from "../../src/serving/with-image.ts";
import { admitAll } from "./fake-service.ts";
import { servedPorts, servedSizes } from "./serving-ports.ts";
import { valueOf } from "./protocol-tensors.ts";
import { sampleImage } from "./sample-images.ts";
import { tinyEngine } from "./tiny-engine.ts";
import { TINY_POSITIONS } from "./tiny-model.ts";

/** An image; the tiny model ignores its content. */
export const street = sampleImage("street.jpg");

const description = { id: "tiny", revision: "r1", dtype: "fp32", domain: "letters", imageSize: 1, firstLocationId: 3 };

/** The parts of the server that a test may replace. */
export interface ServingChanges {
  readonly engine?: Partial<Engine>;
  readonly maxInFlight?: number;
  readonly maxUnits?: number;
  readonly offersFp16?: boolean;
  readonly has?: (digest: string) => boolean;
  readonly revision?: string;
  readonly isAuthorized?: (header: string | undefined) => boolean;
}

/** The server with the tiny model, or with the test's own engine; `outcomes` lists the recorded outcomes. */
export async function servingApp({
  engine: changes,
  maxInFlight = 10,
  maxUnits = 10_000,
  offersFp16 = false,
  ...rest
}: ServingChanges = {}) {
  const { has, revision = "r1", isAuthorized = () => true } = rest;
  const identity = { ...description, revision };
  const tiny = await tinyEngine();
  const engine: Engine = { ...tiny.engine, ...changes };
  const admission = createAdmission({ maxRequests: maxInFlight, maxUnits });
  const outcomes: Outcome[] = [];
  const cached = new Set<string>();
  const withImage = createWithImage({
    has: has ?? ((digest) => cached.has(digest)),
    decode: async ({ bytes, digest }) => {
      readImageHeader(bytes, ISOLATE_LIMITS);
      cached.add(digest);
      return new Float32Array(3);
    },
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
      ...createGraphModels({ engine, ports: servedPorts, sizes: servedSizes, now: () => 0 }),
    ],
    identity,
    admission,
    receive: admitAll,
    version: "0.0.0",
    now: () => 0,
    newRequestId: () => "made-here",
    record: (outcome) => outcomes.push(outcome),
    isAuthorized,
    metrics: async () => ({ text: "metrics", contentType: "text/plain" }),
  });
  return { ...tiny, app, admission, outcomes };
}

/** The server's HTTP application. */
export type ServingApp = Awaited<ReturnType<typeof servingApp>>["app"];

/** A BYTES tensor of texts. */
export function texts(name: string, ...values: readonly string[]): NamedTensor<"BYTES"> {
  const data = values.map((value) => new TextEncoder().encode(value));
  return { name, datatype: "BYTES", shape: [values.length], data };
}

/** An INT32 tensor of these values. */
export function counts(name: string, ...values: readonly number[]): NamedTensor<"INT32"> {
  return { name, datatype: "INT32", shape: [values.length], data: Int32Array.from(values) };
}

/** The image as an input tensor. */
export const image: NamedTensor<"BYTES"> = { name: "image", datatype: "BYTES", shape: [1], data: [street] };

/** How a request is sent; tensors are binary by default. */
export interface Sending {
  readonly isBinary?: (name: string) => boolean;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Sends an infer request to a model and returns the raw response. */
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

/** Decodes a reply's tensors by name, BYTES as text. Throws if the reply is an error. */
export async function outputsOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const { outputs } = valueOf(decodeReply(new Uint8Array(await response.arrayBuffer()), response.headers));
  return Object.fromEntries(
    outputs.map(({ name, data }) => {
      const values = Array.from<unknown>(data);
      return [name, values.map((value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value))];
    }),
  );
}

/** Returns the status and the code of an error. */
export async function errorOf(response: Response): Promise<readonly [number, unknown]> {
  const body: { readonly error?: unknown; readonly code?: unknown } = await response.json();
  return [response.status, typeof body.error === "string" ? body.code : body];
}

/** Sends a stream request to `florence2`. */
export async function askStream(app: ServingApp, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init = { method: "POST", body: JSON.stringify(body), ...(signal && { signal }) };
  return app.request("/v2/models/florence2/generate_stream", init);
}

/** The image as base64. */
export const street64 = btoa(Array.from(street, (byte) => String.fromCharCode(byte)).join(""));
