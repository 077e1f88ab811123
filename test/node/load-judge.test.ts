import { describe, expect, it } from "vitest";
import { memoryCurve } from "../../tools/fuzz/memory-curve.ts";
import { essenceOf } from "../../tools/load/answers.ts";
import { latencyOf, normalOf, quieterOf, recoveryMs } from "../../tools/load/figures.ts";
import { judge, missed } from "../../tools/load/judge.ts";
import type { HonestResult, Observation } from "../../tools/load/observation.ts";
import { scenarioLine, scenarioNotes } from "../../tools/load/report.ts";

/** An honest answer after `ms`, whose request began at `startedAt`. */
function answer(ms: number, changes: Partial<HonestResult> = {}): HonestResult {
  const { startedAt = 0 } = changes;
  return { endedAt: startedAt + ms, outcome: "right", violations: [], ...changes, startedAt };
}

const times = (count: number, ms: number): readonly number[] => Array.from({ length: count }, () => ms);
const answers = (count: number, ms: number, changes?: Partial<HonestResult>): readonly HonestResult[] =>
  times(count, ms).map((each) => answer(each, changes));

const alone = latencyOf(answers(100, 100));

const flat = memoryCurve(times(80, 400));
/** 400 MB in the second quarter, and more in the last. */
const growing = memoryCurve(Array.from({ length: 80 }, (_, at) => 400 + Math.max(0, at - 39) * 3));

/** What meets every aim, if only just. */
const fine: Observation = {
  place: "remote",
  hog: "labels",
  honest: answers(100, 300),
  tally: { attacks: 1, results: { 200: 1 }, violations: {} },
  recoveryMs: 5000,
  health: { edge: times(100, 250), backend: times(100, 250) },
  memory: { edge: flat, backend: flat },
  ended: [],
};

function missedOf(changes: Partial<Observation>): readonly string[] {
  return missed(judge({ ...fine, ...changes }, alone)).map(({ aim }) => aim);
}

/** Two of a hundred are beyond the 99th percentile. */
const twoOfHundred = (good: number, bad: number): readonly number[] => [...times(98, good), ...times(2, bad)];

describe("the judge of a load test", () => {
  it("misses no aim at the limits", () => {
    expect(missedOf({})).toEqual([]);
    expect(missedOf({ place: "embedded", health: { edge: times(100, 1000) } })).toEqual([]);
  });

  it.each<[string, Partial<Observation>, readonly string[]]>([
    ["slow answers", { honest: twoOfHundred(100, 301).map((ms) => answer(ms)) }, ["honest p99 / alone"]],
    [
      "refusals, which take no time",
      { honest: [...answers(98, 1), ...answers(2, 1, { outcome: "refused" })] },
      ["honest p99 / alone"],
    ],
    ["no answers", { honest: [] }, ["honest p99 / alone"]],
    ["one wrong answer", { honest: [...answers(99, 100), answer(1, { outcome: "wrong" })] }, ["wrong answers"]],
    [
      "an undeclared status of an honest answer",
      { honest: [answer(1, { violations: ["undeclared status: 500"] })] },
      ["undeclared statuses"],
    ],
    [
      "an undeclared status of a hog's answer",
      { tally: { ...fine.tally, violations: { "undeclared status: 500": 1 } } },
      ["undeclared statuses"],
    ],
    [
      "slow health of the edge",
      { health: { edge: twoOfHundred(1, 251), backend: times(9, 1) } },
      ["health of edge, p99 ms"],
    ],
    [
      "slow health of the backend",
      { place: "backend", health: { backend: twoOfHundred(1, 251) } },
      ["health of backend, p99 ms"],
    ],
    ["no health probes", { health: { edge: [] } }, ["health of edge, p99 ms"]],
    ["growing memory", { memory: { edge: growing, backend: flat } }, ["memory of edge, MB"]],
    ["growing memory of the backend", { memory: { edge: flat, backend: growing } }, ["memory of backend, MB"]],
    ["a process that ended", { ended: ["edge"] }, ["processes that ended"]],
    ["no recovery", { recoveryMs: undefined }, ["recovery, ms"]],
    ["a hog that did nothing", { tally: { attacks: 0, results: {}, violations: {} } }, ["scenarios without an attack"]],
  ])("finds %s", (_, changes, aims) => {
    expect(missedOf(changes)).toEqual(aims);
  });

  it("says in the report which aim was missed, with its figures", () => {
    const bad: Observation = { ...fine, honest: answers(100, 450), memory: { edge: growing } };
    const findings = judge(bad, alone);
    expect(scenarioLine(bad, findings)).toMatch(/^remote\/labels +100 +450 +450 +4\.50 +0 +0 +0 /u);
    const notes = scenarioNotes(bad, findings);
    expect(notes).toContainEqual(expect.stringContaining("MISSED honest p99 / alone: 4.50"));
    expect(notes).toContainEqual(expect.stringContaining("MISSED memory of edge"));
    expect(notes).toContainEqual(expect.stringMatching(/edge, MB resident: 400 400 .* 511/u));
  });
});

describe("the time until honest callers are as quick as before", () => {
  const leftAt = 10_000;
  const options = { leftAt, now: 20_000, alone: { ...alone, rate: 10 } };
  /** An answer every 100 ms from the hog's end on. */
  const after = (msOf: (after: number) => number): readonly HonestResult[] =>
    Array.from({ length: 80 }, (_, index) => {
      const endedAt = leftAt + 100 * index;
      return answer(msOf(100 * index), { startedAt: endedAt - msOf(100 * index), endedAt });
    });

  it("is 0 if they are at once", () => {
    expect(
      recoveryMs(
        after(() => 150),
        options,
      ),
    ).toBe(0);
  });

  it("ends when the median of a second is at most 1.5 times what it is alone", () => {
    const recovery = recoveryMs(
      after((ms) => (ms < 2000 ? 900 : 100)),
      options,
    );
    expect(recovery).toBeGreaterThanOrEqual(1000);
    expect(recovery).toBeLessThanOrEqual(2000);
  });

  it("is unknown if they stay slow, if nothing is answered, and before a whole second has passed", () => {
    expect(
      recoveryMs(
        after(() => 151),
        options,
      ),
    ).toBeUndefined();
    expect(recoveryMs([], options)).toBeUndefined();
    expect(
      recoveryMs(
        after(() => 1),
        { ...options, now: leftAt + 999 },
      ),
    ).toBeUndefined();
  });

  it("is unknown while few are quick and the others wait", () => {
    const few = after(() => 1).filter((_, index) => index % 3 === 0);
    expect(recoveryMs(few, options)).toBeUndefined();
  });

  it("is not shortened by refusals", () => {
    const refused = after(() => 1).map((each) => ({ ...each, outcome: "refused" as const }));
    expect(recoveryMs(refused, options)).toBeUndefined();
  });
});

/** A server-sent event. */
const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

it("what is normal is the quieter of two runs", () => {
  const [quiet, busy] = [100, 300].map((ms) => normalOf(answers(40, ms), 4));
  if (quiet === undefined || busy === undefined) throw new Error("There are no runs.");
  expect(quiet.rate).toBe(10);
  expect([quieterOf(quiet, busy), quieterOf(busy, quiet)]).toEqual([quiet, quiet]);
  expect(quieterOf(busy, normalOf([], 4))).toBe(busy);
});

describe("what must be equal in two answers", () => {
  it("is text, labels, boxes and token ids, not scores", () => {
    const one = { type: "boxes", objects: [{ label: "a", score: 0.1, box: { x1: 1 } }] };
    const same = { type: "boxes", objects: [{ label: "a", score: 0.2, box: { x1: 1 } }] };
    const other = { type: "boxes", objects: [{ label: "a", score: 0.1, box: { x1: 2 } }] };
    expect(essenceOf(JSON.stringify(one))).toBe(essenceOf(JSON.stringify(same)));
    expect(essenceOf(JSON.stringify(one))).not.toBe(essenceOf(JSON.stringify(other)));
  });

  it("is a stream's texts, however many events they came in", () => {
    const done = (text: string): string => event({ index: 0, text_output: "", text });
    const token = event({ index: 0, text_output: "a", token_ids: [1] });
    expect(essenceOf(token + token + done("aa"))).toBe(essenceOf(token + done("aa")));
    expect(essenceOf(token + done("aa"))).not.toBe(essenceOf(token + done("ab")));
    expect(essenceOf(token)).not.toBe(essenceOf(token + done("a")));
  });
});
