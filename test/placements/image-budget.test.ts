import { describe, expect, it } from "vitest";
import { IMAGE_UNITS } from "../../src/contract/work-units.ts";
import type { Backend, GenerateRequest } from "../../src/inference/backend.ts";
import { withImageBudget } from "../../src/placements/image-budget.ts";
import { all, anImage, never } from "../support/fake-client.ts";
import { fakeBackend } from "../support/fake-backend.ts";

/** A request with an image of `bytes` bytes. */
function requestOf(bytes: number, stream = false): GenerateRequest {
  return { image: { ...anImage, bytes: new Uint8Array(bytes) }, prompts: ["a"], decoding: {}, stream };
}

/** A request of a caller with `units` units of work. */
function workOf(caller: string, units: number): GenerateRequest {
  const prompts = Array.from({ length: units - IMAGE_UNITS }, () => "a");
  return { ...requestOf(1), prompts, decoding: { beams: 1 }, trace: { caller } };
}

/** A backend with a budget of 100 bytes and 40 units that answers after `answer` is called. */
function setUp() {
  const gate = Promise.withResolvers<void>();
  const { backend } = fakeBackend({ text: "<s>a</s>" });
  let clock = 0;
  const slow: Backend = {
    ...backend,
    generate: async function* (request, signal) {
      await gate.promise;
      yield* backend.generate(request, signal);
    },
  };
  let maxBytes = 100;
  const options = { maxBytes: () => maxBytes, maxUnits: 40, leaseMs: 1000, now: () => clock };
  const limited = withImageBudget(slow, options);
  return {
    ask: async (request: GenerateRequest) =>
      (await all(limited.generate(request, never))).filter(({ type }) => type === "done"),
    answer: () => gate.resolve(),
    reduceTo: (bytes: number) => void (maxBytes = bytes),
    advance: (ms: number) => void (clock += ms),
  };
}

const overloaded = { code: "overloaded" };

describe("the image budget", () => {
  it("is free again when the lease of a dropped request is over, also after the clock was set back", async () => {
    for (const elapsedMs of [1000, -3_600_000]) {
      const { ask, answer, advance } = setUp();
      void ask(requestOf(50));
      await expect(ask(requestOf(50))).rejects.toMatchObject(overloaded);
      advance(elapsedMs);
      const later = ask(requestOf(50));
      answer();
      expect(await later).toHaveLength(1);
    }
  });

  it("admits requests up to the limit, each with its image and its message", async () => {
    const { ask, answer } = setUp();
    const first = [ask(requestOf(25)), ask(requestOf(25))];
    await expect(ask(requestOf(1))).rejects.toMatchObject(overloaded);
    answer();
    expect((await Promise.all(first)).flat()).toHaveLength(2);
    expect(await ask(requestOf(25))).toHaveLength(1);
  });

  it("admits a caller up to half of all units, and others still", async () => {
    const { ask, answer } = setUp();
    const hog = [ask(workOf("hog", 10)), ask(workOf("hog", 10))];
    await expect(ask(workOf("hog", 5))).rejects.toMatchObject(overloaded);
    const others = [ask(workOf("a", 10)), ask(workOf("b", 5))];
    await expect(ask(workOf("c", 5))).rejects.toMatchObject(overloaded);
    answer();
    expect((await Promise.all([...hog, ...others])).flat()).toHaveLength(19);
  });

  it("admits a single request of any size", async () => {
    const { ask, answer } = setUp();
    answer();
    expect(await ask(workOf("a", 100))).toHaveLength(96);
  });

  it("may become smaller while requests are in progress", async () => {
    const { ask, answer, reduceTo } = setUp();
    const first = ask(requestOf(25));
    reduceTo(60);
    await expect(ask(requestOf(6))).rejects.toMatchObject(overloaded);
    const second = ask(requestOf(5));
    answer();
    expect((await Promise.all([first, second])).flat()).toHaveLength(2);
  });

  it("counts twice as much for a streamed request", async () => {
    const { ask, answer } = setUp();
    const first = ask(requestOf(20, true));
    await expect(ask(requestOf(11))).rejects.toMatchObject(overloaded);
    const second = ask(requestOf(10));
    answer();
    expect((await Promise.all([first, second])).flat()).toHaveLength(2);
  });

  it("admits a single request that exceeds the limit", async () => {
    const { ask, answer } = setUp();
    const large = ask(requestOf(1000));
    await expect(ask(requestOf(1))).rejects.toMatchObject(overloaded);
    answer();
    expect(await large).toHaveLength(1);
  });

  it("releases a request that never ended after the lease", async () => {
    const { ask, answer, advance } = setUp();
    void ask(requestOf(50));
    advance(999);
    await expect(ask(requestOf(1))).rejects.toMatchObject(overloaded);
    advance(1);
    const next = ask(requestOf(50));
    answer();
    expect(await next).toHaveLength(1);
  });
});
