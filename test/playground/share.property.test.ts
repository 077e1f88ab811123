import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFromUrl } from "../../src/playground/selected-image.ts";
import { regionBetween, roundRegion } from "../../src/playground/region.ts";
import { fromHash, toHash } from "../../src/playground/share.ts";
import { initialState } from "../../src/playground/state.ts";

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const region = fc
  .tuple(fraction, fraction, fraction, fraction)
  .map(([x, y, otherX, otherY]) => regionBetween({ x, y }, { x: otherX, y: otherY }));
const text = fc.string({ unit: "grapheme", minLength: 1 });

describe("a shared URL", () => {
  it("preserves the task, the options, the region and the image's URL", () => {
    fc.assert(
      fc.property(text, fc.dictionary(text, text), region, (task, values, shownRegion) => {
        const image = imageFromUrl("https://a.example/b.png?c=d&e#f");
        const shared = fromHash(`#${toHash({ ...initialState, task, values, region: shownRegion, image })}`);
        expect(shared).toMatchObject({ task, picture: "https://a.example/b.png?c=d&e#f" });
        expect(shared.values).toEqual({ ...values });
        for (const side of ["x1", "y1", "x2", "y2"] as const) {
          expect(shared.region?.[side]).toBeCloseTo(roundRegion(shownRegion)[side], 3);
        }
      }),
    );
  });

  it("may have any fragment", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (hash) => typeof fromHash(hash) === "object"));
    expect(fromHash("#region=1,2,3")).toEqual({ task: undefined, picture: undefined, values: {}, region: undefined });
    expect(fromHash("#region=a,b,c,d").region).toBeUndefined();
  });
});
