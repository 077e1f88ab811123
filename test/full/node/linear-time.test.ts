import { describe, expect, it } from "vitest";
import { createIncrementalParser } from "../../../src/florence/incremental.ts";
import { parse } from "../../../src/florence/parse.ts";
import { postProcess } from "../../../src/florence/reference.ts";
import { type TaskName, tasks } from "../../../src/florence/tasks.ts";

const size = { width: 640, height: 480 };

/** One task of each post-processing type. */
const kinds: readonly TaskName[] = [
  "caption",
  "object-detection",
  "region-proposal",
  "caption-to-phrase-grounding",
  "ocr-with-region",
  "region-to-segmentation",
  "open-vocabulary-detection",
];

/** Texts of about n tokens, each the worst case of some way of matching. */
const texts: Readonly<Record<string, (n: number) => string>> = {
  "labelled boxes": (n) => "car<loc_1><loc_2><loc_3><loc_4>".repeat(n / 4),
  "one long run": (n) => "<loc_1>".repeat(n),
  "runs that are too short": (n) => "a<loc_1><loc_2><loc_3>".repeat(n / 3),
  polygons: (n) => "<poly><loc_1><loc_2><loc_3><loc_4><loc_5><loc_6></poly>".repeat(n / 6),
  "polygons that never end": (n) => "cat<poly>".concat("<loc_1><loc_2><sep>".repeat(n / 2)),
  "opening brackets": (n) => "<".repeat(n * 8),
  "one long word": (n) => "a".repeat(n * 8),
  "one long number": (n) => `<loc_${"1".repeat(n * 8)}`,
  "unfinished locations": (n) => "<loc_1".repeat(n),
  "white space": (n) => `a${" ".repeat(n * 8)}a`,
  "line breaks": (n) => "\n".repeat(n * 8),
};

/** Returns the shortest of three runs in milliseconds, because other load on the machine only adds time. */
function bestMs(run: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

/** Shorter times are noise; quadratic code takes seconds for the longer texts here. */
const NOISE_MS = 2;

/** Returns the time for four times the text divided by the time for the text: 4 if time is linear, 16 if it is quadratic. */
function growth(run: (tokens: number) => unknown): number {
  const tokens = 12_000;
  const shortMs = bestMs(() => run(tokens));
  return bestMs(() => run(4 * tokens)) / Math.max(NOISE_MS, shortMs);
}

function pushTokens(tokens: number): void {
  const parser = createIncrementalParser("object-detection", size);
  for (let token = 0; token < tokens; token += 1) parser.push(token % 5 === 0 ? "car" : "<loc_1>");
  parser.end();
}

/** Well below 16, and well above 4 plus the garbage collection of a larger heap. */
const MAX_GROWTH = 10;

// Tried again: on a busy machine, one of three measurements may be off.
describe("time grows linearly with the text", { retry: 2 }, () => {
  it.each(Object.entries(texts))("for %s", (_, text) => {
    const parseEveryKind = (tokens: number): void => {
      const whole = text(tokens);
      for (const task of kinds) {
        parse(whole, task, size);
        postProcess(whole, tasks[task].token, size);
      }
    };
    expect(growth(parseEveryKind)).toBeLessThan(MAX_GROWTH);
  });

  it("for a text that is parsed token by token", () => {
    expect(growth(pushTokens)).toBeLessThan(MAX_GROWTH);
  });

  it("so that a million locations are parsed in seconds", () => {
    const text = "car<loc_1><loc_2><loc_3><loc_4>".repeat(250_000);
    const start = performance.now();
    const answer = parse(text, "object-detection", size);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(answer).toMatchObject({ type: "boxes", objects: { length: 250_000 } });
  });
});
