import { describe, expect, it } from "vitest";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { createBackendTimer, withTimings } from "../../src/runtime/backend-timer.ts";

const generation = { tokenIds: [], tokenLogprobs: [], text: "", finishReason: "stop", promptTokens: 1 } as const;

function clock() {
  const time = { ms: 100 };
  return { now: () => time.ms, pass: (ms: number) => void (time.ms += ms) };
}

describe("a request's timer", () => {
  it("part its time without a gap, and add up", () => {
    const { now, pass } = clock();
    const timer = createBackendTimer(now);
    pass(5);
    timer.end("queue");
    pass(7);
    timer.end("encode");
    pass(2);
    timer.end("decode");
    pass(1);
    timer.end("encode");
    expect(timer.timings()).toEqual({ queue: 5, encode: 8, decode: 2 });
  });

  it("stand on each answer as far as they have come, and on no token", () => {
    const { now, pass } = clock();
    const events: GenerationEvent[] = [];
    const timer = createBackendTimer(now);
    const emit = withTimings((event) => events.push(event), timer);
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
