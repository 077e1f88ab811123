import { describe, expect, it } from "vitest";
import { captionRequest, createPaidWorld, groundingRequest, moneyOf } from "../support/paid-app.ts";

const count = (values: readonly unknown[]) =>
  Object.fromEntries([...Map.groupBy(values, String)].map(([value, all]) => [value, all.length]));

/** What an answer tells besides its body, without what each request has of its own. */
function traces({ status, headers }: Response) {
  const { "x-request-id": _id, "server-timing": timing = "", charge = "", ...others } = Object.fromEntries(headers);
  const stages = [...timing.matchAll(/(?<name>\w+);/gu)].map(({ groups }) => groups?.["name"]);
  return { status, ...others, stages, charge: charge.replace(/chg_\w+/u, "chg") };
}

describe("many requests at once", () => {
  it("of one account with the same question are one charge and one call of the model", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(300);
    const { app } = isolate();
    const responses = await Promise.all(Array.from({ length: 200 }, () => app.request(...captionRequest(account.key))));
    expect(count(responses.map(({ status }) => status))).toEqual({ 200: 200 });
    expect(responses.map((response) => moneyOf(response).charge).filter((charge) => charge !== 0)).toEqual([300]);
    expect([account.entries(), account.holds(), account.balance(), world.requests.length]).toEqual([
      [["charge", -300]],
      0,
      0,
      1,
    ]);
  });

  it("of two accounts with the same question are two charges and two calls, and no trace of each other", async () => {
    const { world, isolate, open } = createPaidWorld();
    const [one, other] = [await open(1000), await open(1000)];
    const { app } = isolate();
    const alone = traces(await app.request(...captionRequest(one.key)));
    expect(traces(await app.request(...captionRequest(other.key)))).toEqual(alone);
    expect(alone).toMatchObject({
      "cache-status": "florence-edge; fwd=miss; stored",
      charge: expect.stringMatching(/^300/u),
    });
    // The backend, too, keeps what it caches of the image apart.
    const scopes = world.requests.map(({ image }) => image.scope);
    expect([scopes.length, new Set(scopes).size, scopes.includes(undefined)]).toEqual([2, 2, false]);
    expect([one.entries(), other.entries()]).toEqual([[["charge", -300]], [["charge", -300]]]);
  });

  it("of two accounts that share the cache are two charges and one call", async () => {
    const { world, isolate, open } = createPaidWorld();
    const [one, other] = [await open(1000), await open(1000)];
    const { app } = isolate({ isCacheShared: true });
    await app.request(...captionRequest(one.key));
    const response = await app.request(...captionRequest(other.key));
    expect([moneyOf(response).charge, response.headers.get("cache-status")]).toEqual([300, "florence-edge; hit"]);
    expect(world.requests.map(({ image }) => image.scope)).toEqual([undefined]);
  });

  it.each([0, 7, 199])("of different questions are answered as far as the money for %d of them goes", async (paid) => {
    const { isolate, open } = createPaidWorld();
    const account = await open(paid * 600 + 599);
    const isolates = [isolate(), isolate()];
    const responses = await Promise.all(
      Array.from({ length: 200 }, (_, at) => isolates[at % 2]?.app.request(...groundingRequest(account.key, at))),
    );
    expect(count(responses.map((response) => response?.status))).toEqual(
      paid === 0 ? { 402: 200 } : { 200: paid, 402: 200 - paid },
    );
    await Promise.all(isolates.map(({ settled }) => settled()));
    expect([account.balance(), account.holds(), account.entries().length]).toEqual([599, 0, paid]);
    expect((await account.audit()).violations).toEqual([]);
  });
});

describe("an account without credit", () => {
  it("is asked less often in a flood, and again as soon as a credit is seen or a second has passed", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(0);
    const { app } = isolate();
    const ask = async (number: number) => (await app.request(...groundingRequest(account.key, number))).status;
    for (let at = 0; at < 20; at += 1) expect(await ask(at)).toBe(402);
    expect(world.calls.filter((verb) => verb === "hold")).toHaveLength(8);
    await account.ledger.credit({ kind: "top-up", ref: "t", amount: 10_000 });
    expect(await ask(20)).toBe(402);
    world.nowMs += 1000;
    expect(await ask(21)).toBe(200);
  });
});

describe("a key that was revoked", () => {
  it("is refused at once where it costs, and where it costs nothing within the time that the operator says", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate();
    await app.request(...captionRequest(account.key));
    await account.ledger.revokeKey(account.keyId);
    world.nowMs += 9999;
    expect((await app.request(...captionRequest(account.key))).status).toBe(200);
    world.nowMs += 1;
    const late = await app.request(...captionRequest(account.key));
    expect([late.status, (await late.json()).code]).toEqual([401, "key-revoked"]);
    expect(account.entries()).toHaveLength(1);
  });

  it("is not trusted any more, even where it costs nothing, once its account has refused it", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(10_000);
    const { app } = isolate();
    await app.request(...captionRequest(account.key));
    await account.ledger.revokeKey(account.keyId);
    expect((await app.request(...groundingRequest(account.key, 1))).status).toBe(401);
    expect((await app.request(...captionRequest(account.key))).status).toBe(401);
  });
});

describe("the platform's rate limits", () => {
  it("refuse an address that tries keys, before any account is asked, and not its own known key", async () => {
    const { world, isolate, open } = createPaidWorld();
    const account = await open(1000);
    let left = 3;
    const { app } = isolate({ unknownKeys: { limit: async () => ({ success: (left -= 1) >= 0 }) } });
    const from = (key: string): [string, RequestInit] => captionRequest(key, { "cf-connecting-ip": "192.0.2.1" });
    await app.request(...from(account.key));
    const strangers = await Promise.all(Array.from({ length: 5 }, () => createPaidWorld().open(0)));
    const statuses: number[] = [];
    for (const { key } of strangers) statuses.push((await app.request(...from(key))).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(world.calls.filter((verb) => verb === "status")).toHaveLength(5);
    expect((await app.request(...from(account.key))).status).toBe(200);
    world.nowMs += 10_000;
    left = 1;
    expect((await app.request(...from(strangers[0]?.key ?? ""))).status).toBe(401);
  });

  it("refuse a flood of one key, and nobody if they fail", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(1000);
    const full = isolate({ requests: { limit: async () => ({ success: false }) } });
    expect((await full.app.request(...captionRequest(account.key))).status).toBe(429);
    const broken = isolate({ requests: { limit: () => Promise.reject(new Error("down")) } });
    expect((await broken.app.request(...captionRequest(account.key))).status).toBe(200);
  });
});
