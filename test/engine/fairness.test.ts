import { describe, expect, it } from "vitest";
import { createDevice } from "../../src/engine/device.ts";
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

describe("the device", () => {
  it("is shared by the time that each lane used", async () => {
    let nowMs = 0;
    const device = createDevice(() => nowMs);
    const order: Lane[] = [];
    const task = (lane: Lane, milliseconds: number) =>
      device.exclusive(lane, async () => {
        order.push(lane);
        nowMs += milliseconds;
      });
    const heavy = Array.from({ length: 3 }, () => task("heavy", 30));
    const light = Array.from({ length: 6 }, () => task("light", 10));
    await Promise.all([...heavy, ...light]);
    expect(order.slice(0, 8).filter((lane) => lane === "light")).toHaveLength(6);
    expect(order[0]).toBe("heavy");
  });

  it("runs the next task after one that failed", async () => {
    const device = createDevice(() => 0);
    await expect(device.exclusive("light", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await expect(device.exclusive("light", async () => "ran")).resolves.toBe("ran");
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
