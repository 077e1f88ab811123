import { describe, expect, it } from "vitest";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { createLaps, timed } from "../../src/runtime/backend-timer.ts";

const generation = { tokenIds: [], tokenLogprobs: [], text: "", finishReason: "stop", promptTokens: 1 } as const;

function clock() {
  const time = { ms: 100 };
  return { now: () => time.ms, pass: (ms: number) => void (time.ms += ms) };
}

describe("a request's laps", () => {
  it("part its time without a gap, and add up", () => {
    const { now, pass } = clock();
    const laps = createLaps(now);
    pass(5);
    laps.end("queue");
    pass(7);
    laps.end("encode");
    pass(2);
    laps.end("decode");
    pass(1);
    laps.end("encode");
    expect(laps.timings()).toEqual({ queue: 5, encode: 8, decode: 2 });
  });

  it("stand on each answer as far as they have come, and on no token", () => {
    const { now, pass } = clock();
    const events: GenerationEvent[] = [];
    const laps = createLaps(now);
    const emit = timed((event) => events.push(event), laps);
    pass(3);
    emit({ type: "token", prompt: 0, id: 1, logprob: 0, text: "a" });
    pass(1);
    emit({ type: "done", prompt: 0, generation });
    pass(10);
    emit({ type: "done", prompt: 1, generation });
    expect(events).toEqual([
      { type: "token", prompt: 0, id: 1, logprob: 0, text: "a" },
      { type: "done", prompt: 0, generation, timings: { decode: 4 } },
      { type: "done", prompt: 1, generation, timings: { decode: 14 } },
    ]);
  });
});
