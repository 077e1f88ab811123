import { describe, expect, it } from "vitest";
import type { GenerateRequest } from "../../src/inference/backend.ts";
import { createRemoteBackend } from "../../src/placements/remote-backend.ts";
import { all, anImage, fakeClient, never } from "../support/fake-client.ts";

const request: GenerateRequest = { image: anImage, prompts: ["one", "two"], decoding: { beams: 2 }, stream: true };
const token = (index: number, id: number, logprob = -1, text = "") => ({
  index,
  token_ids: [id],
  token_logprobs: [logprob],
  ...(text !== "" && { text_output: text }),
});
const last = (index: number, count: number) => ({
  index,
  text: `<s>${index}</s>`,
  token_count: count,
  prompt_token_count: 5,
  finish_reason: "stop",
});

/** A backend whose stream has these frames, and the request bodies it received. */
function streaming(frames: readonly Readonly<Record<string, unknown>>[]) {
  const bodies: unknown[] = [];
  const { client } = fakeClient(() => [], {
    generateStream: async function* (_, body) {
      bodies.push(body);
      yield* frames;
    },
  });
  const backend = createRemoteBackend({ client, now: () => 0, describe: () => Promise.reject(new Error("no")) });
  return { backend, bodies };
}

describe("a streamed generation", () => {
  it("emits tokens on arrival, and the full generation at the end of each prompt", async () => {
    const { backend, bodies } = streaming([
      token(0, 0, 0, "<s>"),
      token(1, 0, 0, "<s>"),
      token(1, 2, -1, "1"),
      last(1, 2),
      token(0, 9),
      last(0, 2),
    ]);
    const events = await all(backend.generate(request, never));
    const texts = events.flatMap((event) => (event.type === "token" && event.text !== "" ? [event.text] : []));
    expect(texts).toEqual(["<s>", "<s>", "1"]);
    const tokens = events.flatMap((event) => (event.type === "token" ? [[event.prompt, event.id]] : []));
    expect(tokens).toEqual([
      [0, 0],
      [1, 0],
      [1, 2],
      [0, 9],
    ]);
    const done = events.flatMap((event) => (event.type === "done" ? [event] : []));
    expect(done.map(({ prompt }) => prompt)).toEqual([1, 0]);
    expect(done[1]?.generation).toEqual({
      tokenIds: [0, 9],
      tokenLogprobs: [0, -1],
      text: "<s>0</s>",
      finishReason: "stop",
      promptTokens: 5,
    });
    expect(bodies).toMatchObject([{ text_input: ["one", "two"], image: "AQID", num_beams: 2 }]);
  });

  it.each<[string, readonly Readonly<Record<string, unknown>>[]]>([
    ["ends before a generation is complete", [token(0, 0), last(0, 1)]],
    ["has no frames", []],
    ["lost a token", [token(0, 0), last(0, 2), last(1, 0)]],
    ["has an unknown prompt index", [token(2, 0)]],
    ["continues after the end of a generation", [last(0, 0), token(0, 1), last(1, 0)]],
    ["has a streamed text that is not a prefix of the full text", [token(0, 0, 0, "a"), last(0, 1), last(1, 0)]],
    ["has more ids than probabilities", [{ index: 0, token_ids: [1, 2], token_logprobs: [-1] }]],
    ["has an unknown kind of frame", [{ text_output: "cat" }]],
  ])("that %s fails", async (_, frames) => {
    const { backend } = streaming(frames);
    await expect(all(backend.generate(request, never))).rejects.toMatchObject({ code: "backend-failed" });
  });

  it("has the text of a frame of several tokens on the last token", async () => {
    const { backend } = streaming([
      { index: 0, text_output: "<s>0", token_ids: [0, 9], token_logprobs: [0, -1] },
      last(0, 2),
      last(1, 0),
    ]);
    const events = await all(backend.generate(request, never));
    expect(events.flatMap((event) => (event.type === "token" ? [event.text] : []))).toEqual(["", "<s>0"]);
  });

  it("uses infer where the metadata does not list generate_stream", async () => {
    const { client, calls } = fakeClient(() => []);
    const metadata: typeof client.metadata = async (model) => ({ ...(await client.metadata(model)), parameters: {} });
    const described = { now: () => 0, describe: () => Promise.reject(new Error("no")) };
    const backend = createRemoteBackend({ client: { ...client, metadata }, ...described });
    await expect(all(backend.generate(request, never))).rejects.toMatchObject({ code: "backend-failed" });
    expect(calls).toMatchObject([{ model: "florence2" }]);
  });

  it("is closed when its reader stops", async () => {
    let isClosed = false;
    const { client } = fakeClient(() => [], {
      generateStream: async function* () {
        try {
          for (;;) yield token(0, 1);
        } finally {
          isClosed = true;
        }
      },
    });
    const backend = createRemoteBackend({ client, now: () => 0, describe: () => Promise.reject(new Error("no")) });
    for await (const event of backend.generate(request, never)) if (event.type === "token") break;
    expect(isClosed).toBe(true);
  });
});
