import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/bytes/sha256.ts";
import type { AnswerPart } from "../../src/contract/service.ts";
import type { Form } from "../../src/contract/forms.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import { callWith } from "../support/calls.ts";
import { changingServer, isolateOf, remoteOf } from "../support/changing-server.ts";
import { fakeStore } from "../support/fake-store.ts";
import { anImage, fakeClient } from "../support/fake-client.ts";
import { street } from "../support/serving-app.ts";
import { nextTask } from "../support/tiny-backend.ts";

const image = { kind: "bytes", bytes: street } as const;
const caption = { task: "caption", image, options: {} };
const detailed = { task: "detailed-caption", image, options: {} };

/** The text of an answer and the revision that it names: the model `r1` generates the text "r1". */
function signed(answer: Form | Problem) {
  if (answer instanceof Problem) return answer.code;
  return "model" in answer && "text" in answer ? [answer.text, answer.model.revision] : answer;
}

async function edge(options?: Parameters<typeof changingServer>[0]) {
  const server = await changingServer(options);
  const store = fakeStore();
  const { service, find } = isolateOf(remoteOf(server.client), store);
  const ask = async (request = caption) => signed((await service.answer(request, callWith())).answer);
  /** The same request in another isolate with the same store, where the server runs `r1` again. */
  const askElsewhere = async (request = caption) => {
    await nextTask();
    server.change("r1");
    const other = isolateOf(remoteOf(server.client), store);
    return signed((await other.service.answer(request, callWith())).answer);
  };
  return { ...server, ...store, service, find, ask, askElsewhere };
}

describe.each([
  ["binary", true],
  ["JSON", false],
])("when the backend's model changes after it was described, in %s", (_, binaryTensors) => {
  it("a new answer is the new model's, and stored under its name only", async () => {
    const { ask, change, askElsewhere, requests } = await edge({ binaryTensors });
    expect(await ask(detailed)).toEqual(["r1", "r1"]);
    change("r2");
    expect(await ask()).toEqual(["r2", "r2"]);
    expect(await ask()).toEqual(["r2", "r2"]);
    // With the digest alone, which the new model does not know; with the image; and again under the new name.
    expect(requests.filter((each) => each.startsWith("r2"))).toHaveLength(3);
    expect(await askElsewhere()).toEqual(["r1", "r1"]);
  });

  it("the old model's generations are found under the old name only", async () => {
    const { ask, change, askElsewhere } = await edge({ binaryTensors });
    await ask();
    change("r2");
    await ask(detailed);
    expect(await ask()).toEqual(["r2", "r2"]);
    expect(await askElsewhere()).toEqual(["r1", "r1"]);
  });

  it("answers to several tasks come from one model, even if one was cached from the old model", async () => {
    const { ask, change, service, askElsewhere } = await edge({ binaryTensors });
    await ask();
    change("r2");
    const { results } = await service.analyze({ image, items: [caption, detailed] }, callWith());
    expect(results.map(signed)).toEqual([
      ["r2", "r2"],
      ["r2", "r2"],
    ]);
    expect(await askElsewhere(detailed)).toEqual(["r1", "r1"]);
  });

  it("the answers of a batch are the new model's", async () => {
    const { ask, change, service, askElsewhere } = await edge({ binaryTensors });
    await ask();
    change("r2");
    const { results } = await service.batch({ items: [detailed, caption] }, callWith());
    expect(results.map(signed)).toEqual([
      ["r2", "r2"],
      ["r2", "r2"],
    ]);
    expect(await askElsewhere(detailed)).toEqual(["r1", "r1"]);
  });
});

/** The parts of a streamed caption. */
async function streamed(service: Awaited<ReturnType<typeof edge>>["service"]): Promise<readonly AnswerPart[]> {
  const parts: AnswerPart[] = [];
  await service.stream(caption, callWith(), (part) => parts.push(part));
  return parts;
}

/** A stream that names its model only at its end. */
const generateStream: InferenceClient["generateStream"] = async function* () {
  yield { index: 0, text_output: "a", token_ids: [4], token_logprobs: [-1] };
  const counts = { token_count: 1, prompt_token_count: 3 };
  const parameters = { model_id: "m", revision: "r2", dtype: "fp32" };
  yield { index: 0, text: "a", ...counts, finish_reason: "stop", parameters };
};

const metadata: InferenceClient["metadata"] = async (name) => {
  const identity = { model_id: "m", revision: "r1", dtype: "fp32" };
  const parameters = { ...identity, image_size: 1, first_location_id: 3, generate_stream: true };
  return { name, versions: [], platform: "", inputs: [], outputs: [], parameters };
};

describe("a streamed answer", () => {
  it("emits nothing that was generated by another model", async () => {
    const { ask, change, service, askElsewhere, requests } = await edge();
    await ask(detailed);
    change("r2");
    expect(await streamed(service)).toMatchObject([
      { type: "delta", text: "r2" },
      { type: "done", answer: { text: "r2", model: { revision: "r2" } } },
    ]);
    expect(requests.slice(1)).toEqual(["r2 florence2/generate_stream", "r2 florence2/generate_stream"]);
    expect(await askElsewhere()).toEqual(["r1", "r1"]);
  });

  it("rejects with backend-unavailable if its model is named too late", async () => {
    const { client } = fakeClient(() => [], { generateStream, metadata });
    const { find, entries } = isolateOf(remoteOf(client));
    const eventTypes: unknown[] = [];
    const request = { image: anImage, prompts: ["one"], tasks: ["caption"], decoding: {} };
    const finding = find(request, callWith(), ({ type }) => eventTypes.push(type));
    await expect(finding).rejects.toMatchObject({ code: "backend-unavailable" });
    await nextTask();
    expect([eventTypes, entries.size]).toEqual([["token"], 0]);
  });
});

describe("a backend that was unavailable for a moment", () => {
  it("is asked for its model again as soon as a reply names another model", async () => {
    const { client, change } = await changingServer();
    const remote = remoteOf(client);
    let isDown = false;
    const model = () => (isDown ? Promise.reject(new Problem("backend-unavailable", "")) : remote.model());
    const { service } = isolateOf({ ...remote, model });
    const ask = async (request = caption) => signed((await service.answer(request, callWith())).answer);
    expect(await ask()).toEqual(["r1", "r1"]);
    isDown = true;
    expect(await ask()).toEqual(["r1", "r1"]);
    isDown = false;
    change("r2");
    expect(await ask(detailed)).toEqual(["r2", "r2"]);
  });
});

describe("a backend that alternates between two models", () => {
  it("is called twice, then the request fails; nothing is stored", async () => {
    const { ask, requests, entries } = await edge({ route: (path) => (path.endsWith("/infer") ? "r2" : "r1") });
    await expect(ask()).rejects.toMatchObject({ code: "backend-unavailable" });
    await nextTask();
    expect([requests.length, entries.size]).toEqual([2, 0]);
  });
});

describe("many concurrent requests", () => {
  it("waste only one generation", async () => {
    const { ask, change, requests, find } = await edge({ binaryTensors: false });
    await ask(detailed);
    change("r2");
    const streetImage = { ...anImage, bytes: street, digest: await sha256(street) };
    const request = { image: streetImage, prompts: ["one"], tasks: ["caption"], decoding: {} };
    const found = await Promise.all(Array.from({ length: 50 }, () => find(request, callWith())));
    expect(new Set(found.map(({ model }) => model.revision))).toEqual(new Set(["r2"]));
    // With the digest alone; with the image, which is wasted; and again under the new name.
    expect(requests.slice(1)).toHaveLength(3);
  });
});

/** Removes the model's name from a reply, as if the server did not send it. */
const withoutModelName = async (response: Response) => {
  if (!(response.headers.get("server-timing") ?? "").includes("decode")) return response;
  const { parameters: _, ...reply }: { readonly parameters?: unknown } = await response.json();
  return Response.json(reply, { headers: response.headers });
};

describe("a backend that does not name its model in its replies", () => {
  it("keeps its description for a minute", async () => {
    const { ask, change } = await edge({ binaryTensors: false, through: withoutModelName });
    await ask(detailed);
    change("r2");
    expect(await ask()).toEqual(["r2", "r1"]);
  });
});
