import { describe, expect, it } from "vitest";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { LEASE_MS } from "../../src/placements/model-places.ts";
import { collect, nextTask, tinyBackend, tinyRequest } from "../support/tiny-backend.ts";
import { TINY_ANSWER, tinySessions } from "../support/tiny-model.ts";

describe("a request that is cancelled", () => {
  it("during model loading leaves the loaded model to the others", async () => {
    const controller = new AbortController();
    const sessions = tinySessions();
    const { backend } = tinyBackend({
      createSession: async (bytes) => {
        controller.abort();
        await nextTask();
        return sessions.create(bytes);
      },
    });
    const first = collect(backend, tinyRequest(), controller.signal);
    const others = [collect(backend), collect(backend)];
    await expect(first).rejects.toMatchObject({ code: "request-cancelled" });
    await expect(Promise.all(others)).resolves.toHaveLength(2);
    expect(sessions.created).toHaveLength(4);
  });

  it("while waiting never uses the model", async () => {
    const controller = new AbortController();
    const { backend, count } = tinyBackend();
    const first = collect(backend);
    const second = collect(backend, tinyRequest(), controller.signal);
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: "request-cancelled" });
    await first;
    expect(count(modelFiles.visionEncoder)).toBe(1);
  });

  it("during generation stops within a few tokens", async () => {
    const controller = new AbortController();
    const { backend, count } = tinyBackend();
    const running = (async () => {
      for await (const event of backend.generate(tinyRequest(), controller.signal)) {
        if (event.type === "token") controller.abort();
      }
    })();
    await expect(running).rejects.toMatchObject({ code: "request-cancelled" });
    expect(count(modelFiles.decoder)).toBeLessThan(TINY_ANSWER.length);
  });

  it("by a reader that stops also stops, and releases the model for the next", async () => {
    const { backend, pending, count } = tinyBackend();
    for await (const event of backend.generate(tinyRequest(), new AbortController().signal)) {
      if (event.type === "token") break;
    }
    await Promise.all(pending);
    expect(count(modelFiles.decoder)).toBeLessThan(TINY_ANSWER.length);
    await expect(collect(backend)).resolves.toHaveLength(TINY_ANSWER.length + 1);
  });

  it("by a reader that stops while waiting never uses the model", async () => {
    const { backend, pending, count } = tinyBackend();
    const first = collect(backend);
    const second = backend.generate(tinyRequest(), new AbortController().signal)[Symbol.asyncIterator]();
    await second.return?.();
    await first;
    await Promise.all(pending);
    expect(count(modelFiles.visionEncoder)).toBe(1);
  });
});

describe("a long generation", () => {
  it("keeps its lease, because each pause renews it", async () => {
    let nowMs = 0;
    const { backend, ran } = tinyBackend({
      now: () => nowMs,
      sleep: async (milliseconds) => {
        // A running request pauses for 0 ms; each such pause simulates a long period of work.
        if (milliseconds === 0) nowMs += LEASE_MS * 0.6;
        await nextTask();
      },
    });
    await Promise.all([collect(backend), collect(backend)]);
    const visionPasses = ran.flatMap(({ graph }, index) => (graph === modelFiles.visionEncoder ? [index] : []));
    expect(visionPasses).toEqual([0, ran.length / 2]);
  });
});

describe("a request without a reader", () => {
  it("does not block the others", async () => {
    const { backend } = tinyBackend();
    backend.generate(tinyRequest(), new AbortController().signal);
    await expect(collect(backend)).resolves.toHaveLength(TINY_ANSWER.length + 1);
  });

  it("keeps the isolate alive until its work ends, successfully or not", async () => {
    const { backend, pending } = tinyBackend({ maxPromptTokens: 0 });
    const failing = collect(backend);
    await expect(failing).rejects.toMatchObject({ code: "prompt-too-long" });
    await expect(Promise.all(pending)).resolves.toHaveLength(1);
  });
});
