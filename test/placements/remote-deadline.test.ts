import { expect, it } from "vitest";
import type { GenerateRequest } from "../../src/inference/backend.ts";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import { InferenceFailure } from "../../src/inference/protocol/failure.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { createRemoteBackend, REFRESH_TIMEOUT_MS } from "../../src/placements/remote-backend.ts";
import { MEMOIZE_TTL_MS } from "../../src/inference/memoized.ts";
import { all, anImage, bytes, fakeClient, int32, never } from "../support/fake-client.ts";

const request: GenerateRequest = { image: anImage, prompts: ["one"], decoding: {} };

const answers: readonly NamedTensor[] = [
  bytes("text", ["<s>a</s>"]),
  { name: "token_ids", datatype: "INT64", shape: [1, 1], data: BigInt64Array.of(2n) },
  { name: "token_logprobs", datatype: "FP32", shape: [1, 1], data: Float32Array.of(0) },
  int32("token_count", [1]),
];

/** A client whose calls take some time on a manual clock; its server never has the image of a digest. */
function slowClient({ metadataMs = 0, inferMs = 0 }) {
  let clock = 0;
  const described: unknown[] = [];
  const { client, calls } = fakeClient(({ inputs }) => {
    clock += inferMs;
    if (inputs.has("image")) return answers;
    throw new InferenceFailure("refused", "who?", { status: 404, code: "unknown-digest" });
  });
  const slow: InferenceClient = {
    ...client,
    metadata: (name, call) => {
      clock += metadataMs;
      described.push(call);
      return client.metadata(name, call);
    },
  };
  const model = { id: "m", revision: "r", dtype: "fp32", imageSize: 1, firstLocationId: 0 };
  const options = { client: slow, now: () => clock, describe: async () => model };
  return { options, calls, described, advance: (ms: number) => void (clock += ms) };
}

it("refreshes a known description with a timeout of two seconds, since cached results wait for it", async () => {
  const { options, described, advance } = slowClient({});
  const backend = createRemoteBackend(options);
  await backend.model();
  advance(MEMOIZE_TTL_MS);
  await backend.model();
  expect(described).toEqual([{}, { deadlineMs: REFRESH_TIMEOUT_MS, isBestEffort: true }]);
});

it("uses the timeout of an answer for a refresh where that is shorter", async () => {
  const { options, described, advance } = slowClient({});
  const backend = createRemoteBackend({ ...options, timeoutMs: 500 });
  await backend.model();
  advance(MEMOIZE_TTL_MS);
  await backend.model();
  expect(described.at(-1)).toMatchObject({ deadlineMs: 500 });
});

it("applies one deadline to all calls for an answer", async () => {
  const { options, calls } = slowClient({ metadataMs: 300, inferMs: 200 });
  const backend = createRemoteBackend({ ...options, timeoutMs: 1000 });
  await all(backend.generate(request, never));
  await all(backend.generate(request, never));
  // The second request has the metadata, and first sends the digest alone, which fails.
  expect(calls.map(({ call }) => call?.deadlineMs)).toEqual([700, 1000, 800]);
});
