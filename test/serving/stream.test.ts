import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { streamJson } from "../../src/serving/body.ts";
import { MAX_PROMPTS } from "../../src/inference/backend.ts";
import { MAX_BACKEND_BEAMS } from "../../src/serving/florence2-inputs.ts";
import { askStream, errorOf, servingApp, street64 } from "../support/serving-app.ts";
import { doneEvent, manualEngine, generation, tokenEvent } from "../support/manual-engine.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { TINY_ANSWER, TINY_POSITIONS, tinyTokenizer } from "../support/tiny-model.ts";

const body = { text_input: "a", image: street64 };

interface Frame {
  readonly index?: number;
  readonly text_output?: string;
  readonly token_ids?: readonly number[];
  readonly finish_reason?: string;
  readonly parameters?: unknown;
}

/** Reads all frames of a stream. */
async function framesOf(response: Response): Promise<readonly Frame[]> {
  const events = (await response.text()).split("\n\n");
  expect(events.pop()).toBe("");
  return events.map((event) => {
    expect(event).toMatch(/^data: /);
    return JSON.parse(event.slice("data: ".length));
  });
}

describe("a stream", () => {
  it("has a frame for each token and a last one with the whole text", async () => {
    const { app } = await servingApp();
    const response = await askStream(app, body);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const frames = await framesOf(response);
    const tokens = frames.slice(0, -1);
    const named = { model_id: "tiny", revision: "r1", dtype: "fp32" };
    expect(frames.map(({ parameters }) => parameters)).toEqual([named, ...frames.slice(1).map(() => undefined)]);
    expect(tokens.flatMap(({ token_ids: ids = [] }) => ids)).toEqual(TINY_ANSWER);
    expect(tokens.map(({ text_output: text }) => text).join("")).toBe(tinyTokenizer.decode(TINY_ANSWER));
    expect(frames.at(-1)).toEqual({
      model_name: "florence2",
      model_version: "1",
      index: 0,
      text_output: "",
      text: tinyTokenizer.decode(TINY_ANSWER),
      token_count: TINY_ANSWER.length,
      prompt_token_count: 3,
      finish_reason: "stop",
    });
  });

  it("of several prompts has the prompt index in each frame, and ends each prompt once", async () => {
    const { app } = await servingApp();
    const frames = await framesOf(await askStream(app, { ...body, text_input: ["a", "bb"], num_beams: 2 }));
    for (const [index, length] of [20, 19].entries()) {
      const own = frames.filter((frame) => frame.index === index);
      expect(own.flatMap(({ token_ids: ids = [] }) => ids)).toHaveLength(length);
      expect(own.filter((frame) => frame.finish_reason !== undefined)).toEqual([own.at(-1)]);
    }
  });

  it.each([
    ["no prompt", { image: street64 }],
    ["no prompts", { ...body, text_input: [] }],
    ["too many prompts", { ...body, text_input: Array.from({ length: MAX_PROMPTS + 1 }, () => "a") }],
    ["a prompt that is a number", { ...body, text_input: 1 }],
    ["an image that is not base64", { ...body, image: "%" }],
    ["no image", { text_input: "a" }],
    ["the digest of another image", { ...body, image_digest: "0".repeat(64) }],
    ["no tokens", { ...body, max_new_tokens: 0 }],
    ["more tokens than positions", { ...body, max_new_tokens: TINY_POSITIONS + 1 }],
    ["too many beams", { ...body, num_beams: MAX_BACKEND_BEAMS + 1 }],
    ["an invalid rule", { ...body, parameters: { early_stopping: "always" } }],
    ["a list", [body]],
    ["null", null],
    ["too many brackets", { ...body, more: Array.from({ length: streamJson.containers }, () => []) }],
  ])("requested with %s is rejected with a status", async (_name, bad) => {
    const { app, admission, ran } = await servingApp();
    expect(await errorOf(await askStream(app, bad))).toEqual([400, "invalid-request"]);
    expect(admission.inFlight).toBe(0);
    expect(ran).toEqual([]);
  });

  it("with a body that is not JSON or not UTF-8 is rejected", async () => {
    const { app } = await servingApp();
    for (const bad of ["{", Uint8Array.of(0x22, 0xff, 0x22)]) {
      const response = await app.request("/v2/models/florence2/generate_stream", { method: "POST", body: bad });
      expect(await errorOf(response)).toEqual([400, "invalid-request"]);
    }
  });

  it("for an unknown digest is answered with unknown-digest", async () => {
    const { app } = await servingApp();
    const response = await askStream(app, { text_input: "a", image_digest: "0".repeat(64) });
    expect(await errorOf(response)).toEqual([404, "unknown-digest"]);
  });
});

describe("a stream's errors", () => {
  it("before the first frame set the status", async () => {
    const { engine, started, fail } = manualEngine();
    const { app, outcomes } = await servingApp({ engine });
    const response = askStream(app, body);
    await started;
    fail(new Problem("prompt-too-long", "Too long."));
    expect(await errorOf(await response)).toEqual([422, "prompt-too-long"]);
    expect(outcomes).toMatchObject([{ status: 422, code: "prompt-too-long" }]);
  });

  it("after the first frame are the last frame", async () => {
    const { engine, started, emit, fail } = manualEngine();
    const { app, outcomes, admission } = await servingApp({ engine });
    const response = askStream(app, body);
    await started;
    emit(tokenEvent(0));
    fail(new Error("a secret"));
    const frames = await framesOf(await response);
    expect(frames).toMatchObject([{ token_ids: [0] }, { code: "internal" }]);
    expect(JSON.stringify(frames)).not.toContain("secret");
    expect(outcomes).toMatchObject([{ status: 200, code: "internal", fault: new Error("a secret") }]);
    expect(admission.inFlight).toBe(0);
  });
});

describe("a stream's admission", () => {
  it("ends when the generation is finished, even if the stream is not read", async () => {
    const { engine, started, emit, finish } = manualEngine();
    const { app, admission, outcomes } = await servingApp({ engine });
    const response = askStream(app, body);
    await started;
    emit(tokenEvent(0));
    await response;
    expect(admission.inFlight).toBe(1);
    emit(doneEvent);
    finish();
    await nextTask();
    expect(admission.inFlight).toBe(0);
    expect(outcomes).toMatchObject([
      { status: 200, tokens: generation.tokenIds.length, times: { queue: 1, encode: 2, decode: 3 } },
    ]);
  });

  it("ends, and the engine is stopped, when the reader cancels between two frames", async () => {
    const { engine, started, emit } = manualEngine();
    const { app, admission, outcomes } = await servingApp({ engine });
    const response = askStream(app, body);
    const signal = await started;
    emit(tokenEvent(0));
    await (await response).body?.cancel();
    expect(signal.aborted).toBe(true);
    await nextTask();
    expect(admission.inFlight).toBe(0);
    expect(outcomes).toMatchObject([{ status: 200, code: "request-cancelled" }]);
  });

  it("ends when the caller aborts before the first frame", async () => {
    const { engine, started } = manualEngine();
    const { app, admission, outcomes } = await servingApp({ engine });
    const caller = new AbortController();
    const response = askStream(app, body, caller.signal);
    await started;
    caller.abort();
    expect(await errorOf(await response)).toEqual([499, "request-cancelled"]);
    expect(admission.inFlight).toBe(0);
    expect(outcomes).toHaveLength(1);
  });

  it("ends when the caller aborts before reading anything", async () => {
    const { engine, started, emit } = manualEngine();
    const { app, admission, outcomes } = await servingApp({ engine });
    const caller = new AbortController();
    const response = askStream(app, body, caller.signal);
    await started;
    emit(tokenEvent(0));
    await response;
    caller.abort();
    await nextTask();
    expect(admission.inFlight).toBe(0);
    expect(outcomes).toMatchObject([{ status: 200, code: "request-cancelled" }]);
  });
});
