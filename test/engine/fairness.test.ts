import { describe, expect, it } from "vitest";
import { createDevice, type Turn } from "../../src/engine/device.ts";
import { createCallers, type Lane } from "../../src/engine/lanes.ts";
import { modelFiles } from "../../src/runtime/load-model.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { eventsOf, job, tinyEngine } from "../support/tiny-engine.ts";

/** Waits until the engine has run `times` graphs. It runs all of a job within one task, so that only a microtask can come between. */
async function afterRuns(ran: readonly unknown[], times: number): Promise<void> {
  while (ran.length < times) await Promise.resolve();
}

describe("lanes", () => {
  it("are the same for a caller that has the engine to itself", async () => {
    const callers = createCallers(4);
    await callers.during("hog", 100, async () => {
      expect(callers.laneOf("hog")).toBe("light");
    });
  });

  it("separate who has much work from who has little, while both have some", async () => {
    const callers = createCallers(4);
    await callers.during("hog", 5, async () => {
      await callers.during("other", 4, async () => {
        expect([callers.laneOf("hog"), callers.laneOf("other")]).toEqual(["heavy", "light"]);
      });
      expect(callers.laneOf("hog")).toBe("light");
    });
  });

  it("separate who has more than all others together, but for a few rows", async () => {
    const callers = createCallers(100);
    const lanesBeside = (rows: number) =>
      callers.during("hog", rows, async () =>
        callers.during("other", 6, async () => [
          callers.laneOf("hog"),
          callers.laneOf("other"),
          callers.countIn("light"),
        ]),
      );
    expect(await lanesBeside(7)).toEqual(["heavy", "light", 1]);
    expect(await lanesBeside(6)).toEqual(["light", "light", 2]);
    await callers.during("one", 1, async () => {
      await callers.during("few", 4, async () => expect(callers.laneOf("few")).toBe("light"));
    });
  });

  it("count all jobs of a caller, also after one has failed", async () => {
    const callers = createCallers(4);
    await expect(callers.during("a", 9, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await callers.during("b", 1, async () => {
      await Promise.all(
        [3, 3].map((rows) =>
          callers.during("a", rows, async () => {
            await nextTask();
          }),
        ),
      );
      expect(callers.laneOf("a")).toBe("light");
    });
  });
});

/** The order in which a device runs tasks of so many milliseconds, all of which wait when the first begins. */
async function orderOf<Name extends string>(
  tasks: readonly (readonly [Name, Turn, number])[],
  countIn: (lane: Lane) => number = () => 1,
): Promise<readonly Name[]> {
  let nowMs = 0;
  const device = createDevice(() => nowMs, countIn);
  const order: Name[] = [];
  const run = ([name, turn, milliseconds]: readonly [Name, Turn, number]) =>
    device.exclusive(turn, async () => {
      order.push(name);
      nowMs += milliseconds;
    });
  await Promise.all(tasks.map(run));
  return order;
}

const times = <Item>(count: number, item: Item): readonly Item[] => Array.from({ length: count }, () => item);

describe("the device", () => {
  it("is shared between stages by the time that each used: a step does not wait for one pass after another", async () => {
    const order = await orderOf([
      ...times(3, ["pass", { lane: "light", stage: "vision" }, 100] as const),
      ...times(40, ["step", { lane: "light", stage: "decoder" }, 5] as const),
    ]);
    expect(order.slice(0, 22)).toEqual(["pass", ...times(20, "step"), "pass"]);
  });

  it("is shared between lanes by the number of their callers", async () => {
    const order = await orderOf(
      [
        ...times(4, ["heavy", { lane: "heavy", stage: "decoder" }, 10] as const),
        ...times(16, ["light", { lane: "light", stage: "decoder" }, 10] as const),
      ],
      (lane) => (lane === "light" ? 4 : 1),
    );
    expect(order.slice(0, 11).filter((name) => name === "light")).toHaveLength(8);
  });

  it("is shared by the time that each lane used", async () => {
    const order = await orderOf([
      ...times(3, ["heavy", { lane: "heavy", stage: "decoder" }, 30] as const),
      ...times(6, ["light", { lane: "light", stage: "decoder" }, 10] as const),
    ]);
    expect(order.slice(0, 8).filter((lane) => lane === "light")).toHaveLength(6);
    expect(order[0]).toBe("heavy");
  });

  it("runs the next task after one that failed", async () => {
    const device = createDevice(
      () => 0,
      () => 1,
    );
    await expect(
      device.exclusive({ lane: "light", stage: "graph" }, () => Promise.reject(new Error("broken"))),
    ).rejects.toThrow("broken");
    await expect(device.exclusive({ lane: "light", stage: "graph" }, async () => "ran")).resolves.toBe("ran");
  });
});

describe("a batch", () => {
  it("has at most a quarter of one caller while others have work, and all of a caller that is alone", async () => {
    const alone = await tinyEngine();
    await Promise.all(["1", "2", "3", "4"].map((digest) => eventsOf(alone.engine, job(digest, { caller: "a" }))));
    expect(alone.rowsOf(modelFiles.visionEncoder, "pixel_values")).toEqual([4]);
    const shared = await tinyEngine();
    const jobs = ["a", "a", "a", "b", "c"].map((caller, index) => job(String(index), { caller }));
    await Promise.all(jobs.map((each) => eventsOf(shared.engine, each)));
    expect(shared.rowsOf(modelFiles.visionEncoder, "pixel_values")).toEqual([4, 1]);
  });
});

describe("beside a caller with much work", () => {
  const hogPrompts = Array.from({ length: 64 }, (_, index) => "ab".repeat((index % 4) + 1));

  it("another's job takes at most three times the steps that it takes alone", async () => {
    const alone = await tinyEngine();
    await eventsOf(alone.engine, job("2", { caller: "other" }));
    const { engine, ran } = await tinyEngine();
    const hog = eventsOf(engine, job("1", { caller: "hog", prompts: hogPrompts, decoding: { beams: 3 } }));
    await afterRuns(ran, 40);
    const before = ran.length;
    await eventsOf(engine, job("2", { caller: "other" }));
    expect(ran.length - before).toBeLessThanOrEqual(3 * alone.ran.length);
    expect(engine.load().waiting).toBeGreaterThan(0);
    await hog;
  });

  it("a step of another's rows has none of the many", async () => {
    const { engine, rowsOf, ran } = await tinyEngine();
    const hog = eventsOf(engine, job("1", { caller: "hog", prompts: hogPrompts, decoding: { beams: 3 } }));
    await afterRuns(ran, 40);
    await eventsOf(engine, job("2", { caller: "other" }));
    expect(rowsOf(modelFiles.decoder, "inputs_embeds")).toContain(1);
    await hog;
  });

  it("both get the texts that they get alone", async () => {
    const alone = await tinyEngine();
    const expected = [
      await eventsOf(alone.engine, job("1", { prompts: hogPrompts, decoding: { beams: 3 } })),
      await eventsOf(alone.engine, job("2", { prompts: ["bb"] })),
    ];
    const { engine, ran } = await tinyEngine();
    const hog = eventsOf(engine, job("1", { caller: "hog", prompts: hogPrompts, decoding: { beams: 3 } }));
    await afterRuns(ran, 40);
    const other = eventsOf(engine, job("2", { caller: "other", prompts: ["bb"] }));
    const byPrompt = (events: Awaited<typeof hog>) => events.toSorted((one, another) => one.prompt - another.prompt);
    const found = [await hog, await other];
    expect(found.map(byPrompt)).toEqual(expected.map(byPrompt));
  });

  it("a stream of small jobs does not starve the large one", async () => {
    const { engine, ran } = await tinyEngine();
    const done: string[] = [];
    const hog = eventsOf(engine, job("1", { caller: "hog", prompts: hogPrompts })).then(() => done.push("hog"));
    await afterRuns(ran, 40);
    while (!done.includes("hog") && done.length < 1000) {
      await eventsOf(engine, job("2", { caller: "other" }));
      done.push("other");
    }
    await hog;
    expect(done.length).toBeLessThan(200);
  });
});
