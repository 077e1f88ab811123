import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { createFairQueue, MAX_PASSED_OVER, newestOfLargest } from "../../src/scheduling/fair-queue.ts";

interface Work {
  readonly caller: string;
  readonly units: number;
  readonly name: string;
}

function work(caller: string, units: number, name = `${caller}${units}`): Work {
  return { caller, units, name };
}

function queueOf(items: readonly Work[]) {
  const queue = createFairQueue<Work>();
  for (const item of items) queue.add(item);
  return queue;
}

/** Serves all items; each uses its units. */
function serve(items: readonly Work[]): readonly string[] {
  const queue = queueOf(items);
  const served: string[] = [];
  for (let item = queue.peek(); item !== undefined; item = queue.peek()) {
    queue.take(item);
    queue.charge(item.caller, item.units);
    served.push(item.name);
  }
  return served;
}

describe("a fair queue", () => {
  it("serves one caller's items smallest first, equals in their order", () => {
    expect(serve([work("a", 3), work("a", 1, "first"), work("a", 1, "second")])).toEqual(["first", "second", "a3"]);
  });

  it("alternates between callers, by what they used", () => {
    const items = [
      work("a", 10, "a1"),
      work("a", 10, "a2"),
      work("b", 5, "b1"),
      work("b", 5, "b2"),
      work("b", 5, "b3"),
    ];
    expect(serve(items)).toEqual(["a1", "b1", "b2", "a2", "b3"]);
  });

  it("continues an item that had a turn before others of its caller that are as large, and after smaller ones", () => {
    const queue = queueOf([work("a", 2, "equal"), work("a", 1, "smaller")]);
    queue.addAgain(work("a", 2, "begun"));
    const order = ["", "", ""].map(() => {
      const item = queue.peek();
      if (item !== undefined) queue.take(item);
      return item?.name;
    });
    expect(order).toEqual(["smaller", "begun", "equal"]);
  });

  it("serves a newcomer before the rest of a caller who has had a turn, however often somebody looked", () => {
    const queue = queueOf([work("hog", 5, "h1"), work("hog", 5, "h2")]);
    const first = queue.peek();
    if (first !== undefined) queue.take(first);
    queue.charge("hog", 5);
    for (let look = 0; look < 3; look += 1) expect(queue.peek()?.name).toBe("h2");
    queue.add(work("newcomer", 5, "n"));
    expect(queue.peek()?.name).toBe("n");
  });

  it("has no turn for items that are not eligible", () => {
    const queue = queueOf([work("a", 1), work("b", 2)]);
    expect(queue.peek(({ caller }) => caller === "b")).toMatchObject({ name: "b2" });
    expect(queue.peek(() => false)).toBeUndefined();
  });

  it("does not take what it shows", () => {
    const queue = queueOf([work("a", 1)]);
    expect(queue.peek()).toBe(queue.peek());
    expect(queue.items).toHaveLength(1);
  });

  it("serves a large item after at most MAX_PASSED_OVER smaller ones that came later", () => {
    const queue = queueOf([work("a", 100, "large")]);
    const served: string[] = [];
    while (!served.includes("large")) {
      queue.add(work("a", 1, "small"));
      const item = queue.peek();
      if (item === undefined) break;
      queue.take(item);
      queue.charge(item.caller, item.units);
      served.push(item.name);
    }
    expect(served).toHaveLength(MAX_PASSED_OVER + 1);
  });
});

describe("the claim to refuse", () => {
  it("is the newest of the caller with the most units", () => {
    const claims = [work("a", 2), work("b", 3), work("a", 4, "newest"), work("b", 1)];
    expect(newestOfLargest(claims)?.name).toBe("newest");
  });

  it("is none of none", () => {
    expect(newestOfLargest([])).toBeUndefined();
  });
});

describe("property: a fair queue", () => {
  const anyWork = record({ caller: constantFrom("a", "b", "c"), units: integer({ min: 1, max: 9 }) });

  it("serves every item once", () => {
    assert(
      property(array(anyWork, { maxLength: 30 }), (claims) => {
        const items = claims.map((claim, index) => ({ ...claim, name: String(index) }));
        expect(serve(items).toSorted()).toEqual(items.map(({ name }) => name).toSorted());
      }),
    );
  });

  it("never lets a caller that waits fall behind another by more than two of the largest items", () => {
    assert(
      property(array(integer({ min: 1, max: 9 }), { minLength: 5, maxLength: 40 }), (sizes) => {
        const hog = sizes.map((units, index) => ({ caller: "hog", units, name: `h${index}` }));
        const small = Array.from({ length: 5 }, (_, index) => ({ caller: "small", units: 1, name: `s${index}` }));
        const order = serve([...hog, ...small]);
        const last = order.lastIndexOf("s4");
        const before = order.slice(0, last).filter((name) => name.startsWith("h"));
        const units = before.reduce((sum, name) => sum + (sizes[Number(name.slice(1))] ?? 0), 0);
        expect(units).toBeLessThanOrEqual(5 + 2 * 9);
      }),
    );
  });
});
