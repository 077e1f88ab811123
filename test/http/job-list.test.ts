import { describe, expect, it } from "vitest";
import { JobList } from "../../src/contract/jobs.ts";
import { jobIn, ORIGIN, paidLaterApp } from "../support/later-app.ts";
import { bearer, jobWith, laterWith, liveFor } from "../support/paid-later.ts";
import { nextTask } from "../support/tiny-backend.ts";

type World = ReturnType<typeof paidLaterApp>;

const HOUR = 3_600_000;

const list = async (world: World, key: string, query = "") => {
  const response = await world.app.request(`${ORIGIN}/v1/jobs${query}`, { headers: bearer(key) });
  expect(response.status).toBe(200);
  return JobList.parse(await response.json());
};

describe("GET /v1/jobs", () => {
  it("lists the account's own jobs, newest first, in pages, without results", async () => {
    const world = paidLaterApp();
    const [mine, other] = [await world.paid.open(100_000), await world.paid.open(1000)];
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.unshift((await jobIn(await laterWith(world, mine.key, {}, `?max_new_tokens=${index + 1}`))).id);
      if (index % 2 === 0) await world.jobs.time.pass(1);
    }
    await laterWith(world, other.key);
    await world.jobs.deliver();
    const pages: string[][] = [];
    for (let cursor = ""; ;) {
      const page = await list(world, mine.key, `?limit=3${cursor}`);
      pages.push(page.jobs.map(({ id }) => id));
      expect(page.jobs.every(({ result, status }) => result === null && status === "succeeded")).toBe(true);
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(pages.flat().toSorted()).toEqual(ids.toSorted());
    // Those of one moment are in any order, which stays as it is.
    expect([ids[0], ids[1]]).toContain(pages[0]?.[0]);
    expect(pages[2]).toEqual([ids[6]]);
    expect((await list(world, other.key)).jobs).toHaveLength(1);
  });

  it("can be of one status", async () => {
    const world = paidLaterApp();
    const { key } = await world.paid.open(1000);
    await laterWith(world, key);
    await world.jobs.deliver();
    const waiting = await jobIn(await laterWith(world, key, {}, "?beams=2"));
    expect((await list(world, key, "?status=queued")).jobs.map(({ id }) => id)).toEqual([waiting.id]);
    expect((await list(world, key, "?status=failed")).jobs).toEqual([]);
  });

  it.each([
    ["?status=done", 400, "invalid-request"],
    ["?limit=0", 400, "invalid-request"],
    ["?limit=101", 400, "invalid-request"],
    ["?limit=1&limit=2", 400, "invalid-request"],
    ["?colour=red", 400, "invalid-request"],
    ["?cursor=x", 400, "cursor-invalid"],
  ])("refuses %s", async (query, status, code) => {
    const world = paidLaterApp();
    const { key } = await world.paid.open(1000);
    const response = await world.app.request(`${ORIGIN}/v1/jobs${query}`, { headers: bearer(key) });
    expect([response.status, (await response.json()).code]).toEqual([status, code]);
  });
});

describe("a backend that is away for an hour", () => {
  it("lets jobs wait: none is lost, none answered or charged twice", async () => {
    const world = paidLaterApp();
    const { jobs, paid } = world;
    const account = await paid.open(1_000_000);
    paid.world.work = () => Promise.reject(Object.assign(new Error("refused"), { name: "TypeError" }));
    const queries = Array.from({ length: 8 }, (_, index) => `?max_new_tokens=${index + 1}`);
    const accepted = await Promise.all(queries.map((query) => laterWith(world, account.key, {}, query)));
    const locations = accepted.map((each) => each.headers.get("location"));
    await liveFor(world, HOUR);
    const statuses = async () =>
      new Set(
        await Promise.all(locations.map(async (each) => (await jobIn(await jobWith(world, each, account.key))).status)),
      );
    expect(await statuses()).toEqual(new Set(["queued"]));
    expect([account.entries(), account.holds()]).toEqual([[], 0]);
    // 5, 10, 20 … 300 seconds: seven in the first ten minutes, then one every five.
    const attempts = jobs.books.rows().map(({ attempt }) => attempt);
    expect([Math.min(...attempts) >= 15, Math.max(...attempts) <= 19]).toEqual([true, true]);
    paid.world.work = () => nextTask();
    await liveFor(world, 6 * 60_000);
    expect(await statuses()).toEqual(new Set(["succeeded"]));
    expect(account.entries()).toHaveLength(8);
    expect(paid.world.requests).toHaveLength(8);
    expect(await account.violations()).toEqual([]);
  });
});
