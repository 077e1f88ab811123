import { describe, expect, it } from "vitest";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { createBackendTimer, withTimings } from "../../src/runtime/backend-timer.ts";

const generation = { tokenIds: [], tokenLogprobs: [], text: "", finishReason: "stop", promptTokens: 1 } as const;

function clock() {
  const time = { ms: 100 };
  return { now: () => time.ms, advance: (ms: number) => void (time.ms += ms) };
}

describe("createBackendTimer", () => {
  it("splits the time into stages without gaps and adds up repeated stages", () => {
    const { now, advance } = clock();
    const timer = createBackendTimer(now);
    advance(5);
    timer.end("queue");
    advance(7);
    timer.end("encode");
    advance(2);
    timer.end("decode");
    advance(1);
    timer.end("encode");
    expect(timer.timings()).toEqual({ queue: 5, encode: 8, decode: 2 });
  });

  it("adds the timings so far to each done event, and none to token events", () => {
    const { now, advance } = clock();
    const events: GenerationEvent[] = [];
    const timer = createBackendTimer(now);
    const emit = withTimings((event) => events.push(event), timer);
    advance(3);
    emit({ type: "token", prompt: 0, id: 1, logprob: 0, text: "a" });
    advance(1);
    emit({ type: "done", prompt: 0, generation });
    advance(10);
    emit({ type: "done", prompt: 1, generation });
    expect(events).toEqual([
      { type: "token", prompt: 0, id: 1, logprob: 0, text: "a" },
      { type: "done", prompt: 0, generation, timings: { decode: 4 } },
      { type: "done", prompt: 1, generation, timings: { decode: 14 } },
    ]);
  });
});
