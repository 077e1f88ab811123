import { describe, expect, it } from "vitest";
import { hashText } from "../../src/charging/known-keys.ts";
import { jobIn, ORIGIN, paidLaterApp } from "../support/later-app.ts";
import { jobWith, laterWith, liveFor } from "../support/paid-later.ts";

type World = ReturnType<typeof paidLaterApp>;

/** What a caption costs. */
const PRICE = 300;

describe("a job of an account", () => {
  it("is charged once, as a direct request is, and says so", async () => {
    const world = paidLaterApp();
    const account = await world.paid.open(1000);
    const accepted = await laterWith(world, account.key);
    expect([accepted.status, accepted.headers.get("charge"), account.holds()]).toEqual([202, null, 0]);
    await world.jobs.deliver();
    const done = await jobWith(world, accepted.headers.get("location"), account.key);
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
      const sent = await Promise.all(Array.from({ length: 50 }, () => laterWith(world, account.key, headers)));
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
    expect((await laterWith(world, key, { "idempotency-key": "k" })).status).toBe(202);
    const other = await laterWith(world, key, { "idempotency-key": "k" }, "?beams=2");
    expect([other.status, (await other.json()).code]).toEqual([422, "idempotency-key-reused"]);
    expect(world.jobs.files.size).toBe(1);
  });

  it.each(["GET", "DELETE"])("is unknown to every other account: %s", async (method) => {
    const world = paidLaterApp();
    const [mine, other] = [await world.paid.open(1000), await world.paid.open(1000)];
    const location = (await laterWith(world, mine.key)).headers.get("location");
    const asOther = await jobWith(world, location, other.key, { method });
    expect([asOther.status, (await asOther.json()).code]).toEqual([404, "unknown-job"]);
    const asNobody = await world.app.request(`${ORIGIN}${location}`, { method });
    expect([asNobody.status, (await asNobody.json()).code]).toEqual([401, "key-missing"]);
    expect((await jobIn(await jobWith(world, location, mine.key))).status).toBe("queued");
  });

  it("does not share Idempotency-Keys with another account", async () => {
    const world = paidLaterApp();
    const [mine, other] = [await world.paid.open(1000), await world.paid.open(1000)];
    const locations = [mine, other].map(async ({ key }) =>
      (await laterWith(world, key, { "idempotency-key": "k" })).headers.get("location"),
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
      laterWith(world, narrow.key),
      laterWith(world, blind.key),
    ]);
    expect(await Promise.all(refused.map(async (each) => [each.status, (await each.json()).code]))).toEqual([
      [401, "key-missing"],
      [403, "scope-missing"],
      [403, "scope-missing"],
    ]);
    const accepted = await laterWith(world, poor.key);
    expect(accepted.status).toBe(202);
    await world.jobs.deliver();
    const failed = await jobIn(await jobWith(world, accepted.headers.get("location"), poor.key));
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
    const accepted = await laterWith(world, account.key);
    await end(account);
    await world.jobs.deliver();
    const [row] = world.jobs.books.rows();
    expect([accepted.status, row?.status, row?.problem?.code]).toEqual([202, "failed", code]);
    expect(account.entries()).toEqual([]);
  });

  it("keeps Max-Price", async () => {
    const world = paidLaterApp();
    const account = await world.paid.open(1000);
    const accepted = await laterWith(world, account.key, { "max-price": "299" });
    await world.jobs.deliver();
    const job = await jobIn(await jobWith(world, accepted.headers.get("location"), account.key));
    expect(job.problem?.code).toBe("price-above-maximum");
  });

  it("waits for its turn if its key has a rate, and counts against it", async () => {
    const world = paidLaterApp();
    const account = await world.paid.open(10_000, { rates: [{ name: "requests", requests: 1, seconds: 60 }] });
    const sent = ["", "?beams=2", "?beams=1"].map((query) => laterWith(world, account.key, {}, query));
    const locations = await Promise.all(sent.map(async (each) => (await each).headers.get("location")));
    await world.jobs.deliver();
    const statuses = () =>
      Promise.all(locations.map(async (each) => (await jobIn(await jobWith(world, each, account.key))).status));
    expect((await statuses()).toSorted()).toEqual(["queued", "queued", "succeeded"]);
    await liveFor(world, 10 * 60_000);
    expect(await statuses()).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(account.entries()).toHaveLength(3);
  });

  it("does not leak: a cached answer of another account is generated and charged anew", async () => {
    const world = paidLaterApp();
    const [one, two] = [await world.paid.open(1000), await world.paid.open(1000)];
    for (const { key } of [one, two]) await laterWith(world, key);
    await world.jobs.deliver();
    expect(world.paid.world.requests).toHaveLength(2);
    expect([one.balance(), two.balance()]).toEqual([700, 700]);
  });

  it("makes its key's hash no credential: it is known from own calls, and nobody can send it", async () => {
    const world = paidLaterApp();
    const account = await world.paid.open(1000);
    await laterWith(world, account.key);
    await world.jobs.deliver();
    const payer = world.jobs.books.rows()[0]?.payer;
    if (payer == null) throw new Error("The job has no payer.");
    for (const send of [
      (text: string) => laterWith(world, text),
      (text: string) => world.app.request(`${ORIGIN}/v1/jobs`, { headers: { "x-api-key": text } }),
    ]) {
      const refused = await send(hashText(payer));
      expect([refused.status, (await refused.json()).code]).toEqual([401, "key-invalid"]);
    }
  });
});
