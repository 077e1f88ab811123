import { describe, expect, it } from "vitest";
import { locationLogprobs, scoreOf, textScoreOf } from "../../src/florence/score.ts";

describe("the log-probabilities of locations", () => {
  it("are those of the ids from <loc_0> to <loc_999>, in order", () => {
    const ids = [0, 704, 705, 1704, 1705, 2];
    expect(locationLogprobs(ids, [-1, -2, -3, -4, -5, -6], 705)).toEqual([-3, -4]);
  });
});

describe("a score", () => {
  it("is the geometric mean of the object's location probabilities", () => {
    const logprobs = [0.5, 0.25, 1, 0.5, 0.25].map(Math.log);
    expect(scoreOf({ locations: [1, 2, 4] }, logprobs)).toBeCloseTo((0.25 * 1 * 0.25) ** (1 / 3), 12);
  });

  it("is at most 1", () => {
    expect(scoreOf({ locations: [0, 1] }, [0, 1e-7])).toBe(1);
  });

  it("is 0 if a location has no log-probability, and for no locations", () => {
    expect(scoreOf({ locations: [0, 5] }, [0])).toBe(0);
    expect(scoreOf({ locations: [] }, [0])).toBe(0);
  });
});

describe("the score of a text", () => {
  it("is the geometric mean of the probabilities of its tokens, without the start token and with the end", () => {
    expect(textScoreOf([0, 0.5, 0.25, 0.5].map((value) => (value === 0 ? -9 : Math.log(value))))).toBeCloseTo(
      (0.5 * 0.25 * 0.5) ** (1 / 3),
      12,
    );
  });

  it("is at most 1, and 0 without tokens or with an impossible one", () => {
    expect([textScoreOf([0, 1e-9]), textScoreOf([0]), textScoreOf([]), textScoreOf([0, -Infinity])]).toEqual([
      1, 0, 0, 0,
    ]);
  });
});
