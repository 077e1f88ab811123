import { describe, expect, it } from "vitest";
import type { Backend, GenerateRequest } from "../../src/inference/backend.ts";
import { withImageBudget } from "../../src/placements/image-budget.ts";
import { all, anImage, never } from "../support/fake-client.ts";
import { fakeBackend } from "../support/fake-backend.ts";

/** A question about a picture of so many bytes. */
function about(bytes: number, stream = false): GenerateRequest {
  return { image: { ...anImage, bytes: new Uint8Array(bytes) }, prompts: ["a"], decoding: {}, stream };
}

/** A backend that answers once it is let, and may hold a hundred bytes. */
function bounded() {
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
  const options = { maxBytes: 100, leaseMs: 1000, now: () => clock };
  const asked = withImageBudget(slow, options);
  return {
    ask: async (request: GenerateRequest) =>
      (await all(asked.generate(request, never))).filter(({ type }) => type === "done"),
    answer: () => gate.resolve(),
    pass: (ms: number) => void (clock += ms),
  };
}

const overloaded = { code: "overloaded" };

describe("pictures that are being asked about", () => {
  it("are held as many as there is room for, each with its message", async () => {
    const { ask, answer } = bounded();
    const first = [ask(about(25)), ask(about(25))];
    await expect(ask(about(1))).rejects.toMatchObject(overloaded);
    answer();
    expect((await Promise.all(first)).flat()).toHaveLength(2);
    expect(await ask(about(25))).toHaveLength(1);
  });

  it("take twice as much where the answer streams", async () => {
    const { ask, answer } = bounded();
    const first = ask(about(20, true));
    await expect(ask(about(11))).rejects.toMatchObject(overloaded);
    const second = ask(about(10));
    answer();
    expect((await Promise.all([first, second])).flat()).toHaveLength(2);
  });

  it("may be one that is too large beside others", async () => {
    const { ask, answer } = bounded();
    const large = ask(about(1000));
    await expect(ask(about(1))).rejects.toMatchObject(overloaded);
    answer();
    expect(await large).toHaveLength(1);
  });

  it("are let go of when their time is over, though nobody saw them end", async () => {
    const { ask, answer, pass } = bounded();
    void ask(about(50));
    pass(999);
    await expect(ask(about(1))).rejects.toMatchObject(overloaded);
    pass(1);
    const next = ask(about(50));
    answer();
    expect(await next).toHaveLength(1);
  });
});
