import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import { encodeReply } from "../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { listen } from "./listen.ts";

/** A backend that returns the same generation for every image and measures the time that it spends on requests. */
export interface Backend {
  readonly url: string;
  /** The sum over all requests of the milliseconds from the request's last byte until the answer is handed to the socket. */
  busyMs(): number;
  /** The number of inference requests. */
  inferenceRequests(): number;
  /** Makes later inference requests take this many milliseconds more, which do not count as busy. */
  delay(milliseconds: number): void;
  stop(): void;
}

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);

/** An object detection of three boxes in 17 tokens. The token ids are used only for the scores. */
const text = ["car", "tree", "dog"]
  .map((label, at) => `${label}<loc_${100 * at}><loc_50><loc_${100 * at + 90}><loc_400>`)
  .join("");
const tokens = 17;
const outputs: readonly NamedTensor[] = [
  { name: "text", datatype: "BYTES", shape: [1], data: [utf8(`</s><s>${text}</s>`)] },
  {
    name: "token_ids",
    datatype: "INT64",
    shape: [1, tokens],
    data: BigInt64Array.from({ length: tokens }, () => 705n),
  },
  { name: "token_logprobs", datatype: "FP32", shape: [1, tokens], data: new Float32Array(tokens).fill(-0.01) },
  { name: "token_count", datatype: "INT32", shape: [1], data: Int32Array.of(tokens) },
];

const metadata = {
  name: "florence2",
  versions: ["1"],
  platform: "bench",
  inputs: [
    { name: "image", datatype: "BYTES", shape: [1] },
    { name: "prompt", datatype: "BYTES", shape: [-1] },
  ],
  outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: shape.map(() => -1) })),
  parameters: { model_id: "bench", revision: "1", dtype: "fp32", image_size: 768, first_location_id: 705 },
};

const replies: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["/v2", { name: "bench", version: "1", extensions: ["binary_tensor_data"] }],
  ["/v2/models/florence2", metadata],
  ["/v2/models/florence2/ready", {}],
]);

function encoded() {
  const result = encodeReply({ modelName: "florence2", modelVersion: "1", outputs }, () => true);
  if (!result.ok) throw new Error("The bench's own reply cannot be encoded.");
  return result.value;
}

/** Starts the backend on a free port of this machine. */
export async function startBackend(): Promise<Backend> {
  const { body, headers } = encoded();
  let busy = 0;
  let inferenceRequests = 0;
  let delayMs = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for await (const _ of request);
    if (delayMs > 0 && !replies.has(request.url ?? "")) await setTimeout(delayMs);
    const started = performance.now();
    const reply = replies.get(request.url ?? "");
    if (reply === undefined) {
      inferenceRequests += 1;
      response.writeHead(200, { ...headers, "content-length": body.byteLength }).end(body);
    } else {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
    }
    busy += performance.now() - started;
  };
  const server = createServer((request, response) => void answer(request, response));
  const port = await listen(server);
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    busyMs: () => busy,
    inferenceRequests: () => inferenceRequests,
    delay: (milliseconds) => void (delayMs = milliseconds),
    stop,
  };
}
