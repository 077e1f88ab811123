import { describe, expect, it } from "vitest";
import type { Florence2 } from "../../src/runtime/florence2.ts";
import { eventsOf, job, tinyEngine } from "../support/tiny-engine.ts";

/** Makes a part of the model throw the first time that it is used. */
async function engineWithFault(part: keyof Florence2) {
  const tiny = await tinyEngine({ windowMs: 0 });
  const { florence } = tiny.model;
  const whole = { ...florence };
  const failOnce = (): never => {
    Object.assign(florence, whole);
    throw new RangeError("no memory");
  };
  Object.assign(florence, { [part]: failOnce });
  return { ...tiny, hasFailed: () => florence[part] === whole[part] };
}

describe("an engine", () => {
  it.each(["encodeImages", "encodePrompts", "begin", "select", "concat", "step"] as const)(
    "whose %s fails once fails who needed it, and answers the next ones",
    async (part) => {
      const { engine, hasFailed } = await engineWithFault(part);
      const beams = { decoding: { beams: 2 } };
      const first = eventsOf(engine, { ...job("1"), ...beams });
      // Comes after the first steps and catches up, so that there is something to join.
      const second = engine.generate({ ...job("2"), ...beams }, () => {}, new AbortController().signal);
      const third = first.then(() => eventsOf(engine, job("3")));
      const outcomes = await Promise.allSettled([first, second, third, joining(engine)]);
      expect(hasFailed()).toBe(true);
      expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
      expect(await eventsOf(engine, job("4"))).not.toEqual([]);
      expect(engine.load()).toMatchObject({ waiting: 0, running: 0 });
    },
  );
});

/** A job that begins when another has written its first token. */
async function joining(engine: Awaited<ReturnType<typeof tinyEngine>>["engine"]): Promise<unknown> {
  let late: Promise<unknown> = Promise.resolve();
  let hasBegun = false;
  const early = engine.generate(
    job("5"),
    () => {
      if (!hasBegun) late = eventsOf(engine, job("6"));
      hasBegun = true;
    },
    new AbortController().signal,
  );
  await Promise.allSettled([early]);
  return late;
}
