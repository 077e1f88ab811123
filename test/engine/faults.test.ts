import { describe, expect, it } from "vitest";
import type { Florence2 } from "../../src/runtime/florence2.ts";
import { eventsOf, job, tinyEngine } from "../support/tiny-engine.ts";

/** Creates an engine with one method of the model that throws at its first call. */
async function engineWithFault(part: keyof Florence2) {
  const tiny = await tinyEngine({ windowMs: 0 });
  const { florence } = tiny.model;
  const original = { ...florence };
  const failOnce = (): never => {
    Object.assign(florence, original);
    throw new RangeError("no memory");
  };
  Object.assign(florence, { [part]: failOnce });
  return { ...tiny, hasFailed: () => florence[part] === original[part] };
}

describe("an engine", () => {
  it.each(["encodeImages", "encodePrompts", "begin", "select", "concat", "step"] as const)(
    "fails the affected jobs when %s fails once, and completes later jobs",
    async (part) => {
      const { engine, hasFailed } = await engineWithFault(part);
      const beams = { decoding: { beams: 2 } };
      const first = eventsOf(engine, { ...job("1"), ...beams });
      // Starts after the first steps and catches up, so that cohorts are merged.
      const second = engine.generate({ ...job("2"), ...beams }, () => {}, new AbortController().signal);
      const third = first.then(() => eventsOf(engine, job("3")));
      const outcomes = await Promise.allSettled([first, second, third, runStaggered(engine)]);
      expect(hasFailed()).toBe(true);
      expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
      expect(await eventsOf(engine, job("4"))).not.toEqual([]);
      expect(engine.load()).toMatchObject({ waiting: 0, running: 0 });
    },
  );
});

/** Runs a job, and starts a second one at its first event. */
async function runStaggered(engine: Awaited<ReturnType<typeof tinyEngine>>["engine"]): Promise<unknown> {
  let late: Promise<unknown> = Promise.resolve();
  let hasStarted = false;
  const early = engine.generate(
    job("5"),
    () => {
      if (!hasStarted) late = eventsOf(engine, job("6"));
      hasStarted = true;
    },
    new AbortController().signal,
  );
  await Promise.allSettled([early]);
  return late;
}
