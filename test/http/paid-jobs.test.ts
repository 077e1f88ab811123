import { describe, expect, it } from "vitest";
import { JobList } from "../../src/contract/jobs.ts";
import { jobIn, ORIGIN, paidLaterApp } from "../support/later-app.ts";
import { captionRequest } from "../support/paid-requests.ts";
import { nextTask } from "../support/tiny-backend.ts";

/** What a caption costs. */
const PRICE = 300;

const HOUR = 3_600_000;

type World = ReturnType<typeof paidLaterApp>;
type Headers = Readonly<Record<string, string>>;

function later({ app }: World, key: string, headers: Headers = {}, query = "") {
  const [path, init] = captionRequest(key, { prefer: "respond-async", ...headers }, query);
  return app.request(ORIGIN + path, init);
}

const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });
const at = ({ app }: World, location: string | null, key: string, init: RequestInit = {}) =>
  app.request(`${ORIGIN}${location ?? ""}`, { headers: bearer(key), ...init });

/** Lets time pass for jobs and accounts alike. */
async function live({ jobs, paid }: World, milliseconds: number): Promise<void> {
  const endMs = jobs.time.now() + milliseconds;
  while (jobs.time.now() < endMs) {
    await jobs.live(Math.min(5000, endMs - jobs.time.now()));
    paid.world.nowMs = jobs.time.now();
  }
}

describe("a job of an account", () => {
  it("is charged once, as a direct request is, and says so", async () => {
    const world = paidLaterApp();
    const account = await world.paid.open(1000);
    const accepted = await later(world, account.key);
    expect([accepted.status, accepted.headers.get("charge"), account.holds()]).toEqual([202, null, 0]);
    await world.jobs.deliver();
    const done = await at(world, accepted.headers.get("location"), account.key);
    expect(await jobIn(done)).toMatchObject({ status: "succeeded", result: { type: "text", text: "a cat" } });
    expect(done.headers.get("charge")).toMatch(/^300;unit="usd-micro";id="chg_/u);
    expect(account.entries()).toEqual([["charge", -PRICE]]);
    expect(account.balance()).toBe(700);
    expect(await account.violations()).toEqual([]);
  });

  it("is one job and one charge for fifty equal requests at once with one Idempotency-Key, also with no-store", async () => {
    for (const directive of ["", "no-store"]) {
      const world = paidLaterApp();
      const account = await world.paid.open(100_000);
      const headers = { "idempotency-key": "k", ...(directive !== "" && { "cache-control": directive }) };
      const sent = await Promise.all(Array.from({ length: 50 }, () => later(world, account.key, headers)));
      expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(sent.map((each) => each.headers.get("location"))).size).toBe(1);
      await world.jobs.deliver();
      expect(account.entries()).toEqual([["charge", -PRICE]]);
      expect(world.paid.world.requests).toHaveLength(1);
    }
  });

  it("refuses another request with its Idempotency-Key", async () => {
    const world = paidLaterApp();
    const { key } = await world.paid.open(1000);
    expect((await later(world, key, { "idempotency-key": "k" })).status).toBe(202);
    const other = await later(world, key, { "idempotency-key": "k" }, "?beams=2");
    expect([other.status, (await other.json()).code]).toEqual([422, "idempotency-key-reused"]);
    expect(world.jobs.files.size).toBe(1);
  });

  it.each(["GET", "DELETE"])("is unknown to every other account: %s", async (method) => {
    const world = paidLaterApp();
    const [mine, other] = [await world.paid.open(1000), await world.paid.open(1000)];
    const location = (await later(world, mine.key)).headers.get("location");
    const asOther = await at(world, location, other.key, { method });
    expect([asOther.status, (await asOther.json()).code]).toEqual([404, "unknown-job"]);
    const asNobody = await world.app.request(`${ORIGIN}${location}`, { method });
    expect([asNobody.status, (await asNobody.json()).code]).toEqual([401, "key-missing"]);
    expect((await jobIn(await at(world, location, mine.key))).status).toBe("queued");
  });

  it("does not share Idempotency-Keys with another account", async () => {
    const world = paidLaterApp();
    const [mine, other] = [await world.paid.open(1000), await world.paid.open(1000)];
    const locations = [mine, other].map(async ({ key }) =>
      (await later(world, key, { "idempotency-key": "k" })).headers.get("location"),
    );
    expect(new Set(await Promise.all(locations)).size).toBe(2);
  });

  it("needs a key at once, with its scope and its tasks; the money is asked for when it runs", async () => {
    const world = paidLaterApp();
    const narrow = await world.paid.open(1000, { tasks: ["ocr"] });
    const blind = await world.paid.open(1000, { scopes: ["usage:read"] });
    const poor = await world.paid.open(299);
    const refused = await Promise.all([
      world.app.request(`${ORIGIN}/v1/caption`, { method: "POST", headers: { prefer: "respond-async" } }),
      later(world, narrow.key),
      later(world, blind.key),
    ]);
    expect(await Promise.all(refused.map(async (each) => [each.status, (await each.json()).code]))).toEqual([
      [401, "key-missing"],
      [403, "scope-missing"],
      [403, "scope-missing"],
    ]);
    const accepted = await later(world, poor.key);
    expect(accepted.status).toBe(202);
    await world.jobs.deliver();
    const failed = await jobIn(await at(world, accepted.headers.get("location"), poor.key));
    expect(failed).toMatchObject({
      status: "failed",
      problem: { code: "insufficient-credits", price: PRICE, balance: 299 },
    });
  });

  it.each([
    [
      "was revoked",
      "key-revoked",
      (account: Awaited<ReturnType<World["paid"]["open"]>>) => account.ledger.revokeKey(account.keyId),
    ],
    [
      "belongs to an account that was closed",
      "account-closed",
      (account: Awaited<ReturnType<World["paid"]["open"]>>) => account.ledger.update({ status: "closed" }),
    ],
  ])("fails if its key %s meanwhile", async (_, code, end) => {
    const world = paidLaterApp();
    const account = await world.paid.open(1000);
    const accepted = await later(world, account.key);
    await end(account);
    await world.jobs.deliver();
    const [row] = world.jobs.books.rows();
    expect([accepted.status, row?.status, row?.problem?.code]).toEqual([202, "failed", code]);
    expect(account.entries()).toEqual([]);
  });

  it("keeps Max-Price", async () => {
    const world = paidLaterApp();
    const account = await world.paid.open(1000);
    const accepted = await later(world, account.key, { "max-price": "299" });
    await world.jobs.deliver();
    const job = await jobIn(await at(world, accepted.headers.get("location"), account.key));
    expect(job.problem?.code).toBe("price-above-maximum");
  });

  it("waits for its turn if its key has a rate, and counts against it", async () => {
    const world = paidLaterApp();
    const account = await world.paid.open(10_000, { rates: [{ name: "requests", requests: 1, seconds: 60 }] });
    const sent = ["", "?beams=2", "?beams=1"].map((query) => later(world, account.key, {}, query));
    const locations = await Promise.all(sent.map(async (each) => (await each).headers.get("location")));
    await world.jobs.deliver();
    const statuses = () =>
      Promise.all(locations.map(async (each) => (await jobIn(await at(world, each, account.key))).status));
    expect((await statuses()).toSorted()).toEqual(["queued", "queued", "succeeded"]);
    await live(world, 10 * 60_000);
    expect(await statuses()).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(account.entries()).toHaveLength(3);
  });

  it("does not leak: a cached answer of another account is generated and charged anew", async () => {
    const world = paidLaterApp();
    const [one, two] = [await world.paid.open(1000), await world.paid.open(1000)];
    for (const { key } of [one, two]) await later(world, key);
    await world.jobs.deliver();
    expect(world.paid.world.requests).toHaveLength(2);
    expect([one.balance(), two.balance()]).toEqual([700, 700]);
  });
});

describe("GET /v1/jobs", () => {
  const list = async (world: World, key: string, query = "") => {
    const response = await world.app.request(`${ORIGIN}/v1/jobs${query}`, { headers: bearer(key) });
    expect(response.status).toBe(200);
    return JobList.parse(await response.json());
  };

  it("lists the account's own jobs, newest first, in pages, without results", async () => {
    const world = paidLaterApp();
    const [mine, other] = [await world.paid.open(100_000), await world.paid.open(1000)];
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.unshift((await jobIn(await later(world, mine.key, {}, `?max_new_tokens=${index + 1}`))).id);
      if (index % 2 === 0) await world.jobs.time.pass(1);
    }
    await later(world, other.key);
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
    await later(world, key);
    await world.jobs.deliver();
    const waiting = await jobIn(await later(world, key, {}, "?beams=2"));
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
    const accepted = await Promise.all(queries.map((query) => later(world, account.key, {}, query)));
    const locations = accepted.map((each) => each.headers.get("location"));
    await live(world, HOUR);
    const statuses = async () =>
      new Set(
        await Promise.all(locations.map(async (each) => (await jobIn(await at(world, each, account.key))).status)),
      );
    expect(await statuses()).toEqual(new Set(["queued"]));
    expect([account.entries(), account.holds()]).toEqual([[], 0]);
    // 5, 10, 20 … 300 seconds: seven in the first ten minutes, then one every five.
    const attempts = jobs.books.rows().map(({ attempt }) => attempt);
    expect([Math.min(...attempts) >= 15, Math.max(...attempts) <= 19]).toEqual([true, true]);
    paid.world.work = () => nextTask();
    await live(world, 6 * 60_000);
    expect(await statuses()).toEqual(new Set(["succeeded"]));
    expect(account.entries()).toHaveLength(8);
    expect(paid.world.requests).toHaveLength(8);
    expect(await account.violations()).toEqual([]);
  });
});
