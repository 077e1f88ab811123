import { decodeReply, encodeRequest } from "../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { models, textTensor } from "../../src/inference/wire.ts";
import type { Question } from "./requests.ts";

/** The ids that answer each prompt of a question. */
export type Ids = readonly (readonly number[])[];

/** A question as it is sent: written before the clock runs. */
export interface Message {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** How a server is asked. */
export interface Wire {
  readonly write: (question: Question) => Message;
  readonly read: (body: Uint8Array, headers: Headers) => Ids;
}

function numbersOf(outputs: readonly NamedTensor[], name: string): readonly number[] {
  const tensor = outputs.find((output) => output.name === name);
  if (tensor?.datatype !== "INT64" && tensor?.datatype !== "INT32") throw new TypeError(`The reply has no ${name}.`);
  return Array.from(tensor.data, Number);
}

/** Our own: the Open Inference Protocol with binary tensors, as the edge speaks it. */
const openInference: Wire = {
  write: ({ picture, prompts }) => {
    const image: NamedTensor = { name: "image", datatype: "BYTES", shape: [1], data: [picture] };
    const outputs = ["token_ids", "token_count"].map((name) => ({ name, parameters: { binary_data: true } }));
    const encoded = encodeRequest({ inputs: [image, textTensor("prompt", prompts)], outputs }, () => true);
    if (!encoded.ok) throw new TypeError(encoded.failure.detail);
    return { path: `/v2/models/${models.florence2}/infer`, ...encoded.value };
  },
  read: (body, headers) => {
    const reply = decodeReply(body, headers);
    if (!reply.ok) throw new TypeError(reply.failure.detail);
    const ids = numbersOf(reply.value.outputs, "token_ids");
    const counts = numbersOf(reply.value.outputs, "token_count");
    const longest = ids.length / counts.length;
    return counts.map((count, row) => ids.slice(row * longest, row * longest + count));
  },
};

/** The competitors': the least that HTTP can do. The picture is the body; one prompt a call. */
const plain: Wire = {
  write: ({ picture, prompts: [prompt = ""] }) => ({
    path: `/?prompt=${encodeURIComponent(prompt)}`,
    headers: { "content-type": "application/octet-stream" },
    body: picture,
  }),
  read: (body) => {
    const ids: readonly number[] = JSON.parse(new TextDecoder().decode(body));
    return [ids];
  },
};

/** Both by name. */
export const wires = { "open-inference": openInference, plain } as const;

/** A wire's name. */
export type WireName = keyof typeof wires;
