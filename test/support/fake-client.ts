import type { EncodedImage } from "../../src/inference/backend.ts";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import type { InferRequest } from "../../src/inference/protocol/messages.ts";
import type { CallOptions } from "../../src/inference/protocol/session.ts";

/** A recorded call of `infer`. */
export interface RecordedCall {
  readonly model: string;
  readonly inputs: ReadonlyMap<string, NamedTensor>;
  readonly outputs: readonly string[];
  readonly parameters: InferRequest["parameters"];
  readonly call: CallOptions | undefined;
}

type Answer = (call: RecordedCall) => readonly NamedTensor[];

const port = (name: string) => ({ name, datatype: "BYTES", shape: [-1] });

/** A client without a server: `answer` returns the outputs of a call, `changes` replace whole methods. */
export function fakeClient(answer: Answer, changes: Partial<InferenceClient> = {}, outputs: readonly string[] = []) {
  const calls: RecordedCall[] = [];
  const metadataCalls: string[] = [];
  const client: InferenceClient = {
    live: async () => true,
    ready: async () => true,
    modelReady: async () => true,
    server: async () => ({ name: "fake", version: "1", extensions: [] }),
    metadata: async (model) => {
      metadataCalls.push(model);
      const inputs = ["image", "image_digest", "image_scope", "prompt"].map(port);
      const parameters = { generate_stream: true };
      return { name: model, versions: ["1"], platform: "", inputs, outputs: outputs.map(port), parameters };
    },
    infer: async (model, request, call) => {
      const inputs = new Map(request.inputs.map((tensor) => [tensor.name, tensor]));
      const names = (request.outputs ?? []).map(({ name }) => name);
      const recorded: RecordedCall = { model, inputs, outputs: names, parameters: request.parameters, call };
      calls.push(recorded);
      const returned = new Map(answer(recorded).map((tensor) => [tensor.name, tensor]));
      const serverTiming = [
        { name: "decode", ms: 20 },
        { name: "proxy", ms: 1 },
      ];
      return { modelName: model, modelVersion: "1", id: undefined, parameters: {}, outputs: returned, serverTiming };
    },
    generateStream: async function* () {},
    ...changes,
  };
  return { client, calls, metadataCalls };
}

/** An image with arbitrary bytes; it is never decoded. */
export const anImage: EncodedImage = {
  bytes: Uint8Array.of(1, 2, 3),
  format: "png",
  width: 1,
  height: 1,
  digest: "d1",
};

/** A tensor of texts. */
export function bytes(name: string, values: readonly string[]): NamedTensor {
  const encoder = new TextEncoder();
  return { name, datatype: "BYTES", shape: [values.length], data: values.map((value) => encoder.encode(value)) };
}

/** A tensor of counts. */
export function int32(name: string, values: readonly number[]): NamedTensor {
  return { name, datatype: "INT32", shape: [values.length], data: Int32Array.from(values) };
}

/** Decodes the texts of a tensor. */
export function textsIn(tensor: NamedTensor | undefined): readonly string[] {
  const decoder = new TextDecoder();
  return tensor?.datatype === "BYTES" ? tensor.data.map((value) => decoder.decode(value)) : [];
}

/** A signal that is never aborted. */
const never = new AbortController().signal;

/** Collects all events of an iterable. */
export async function all<Event>(events: AsyncIterable<Event>): Promise<readonly Event[]> {
  const collected: Event[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}

export { never };
