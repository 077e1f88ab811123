import { describe, expect, it } from "vitest";
import { chargeOfEvent, parseCharge } from "../../src/client/charge.ts";
import { chargeHeaders } from "../../src/http/charge-headers.ts";
import { caption, eventStream, fakeApi, fine, lost, streaming } from "../support/fake-api.ts";

const id = `chg_${"0".repeat(32)}`;

describe("the charge of an answer", () => {
  it.each([
    [{ amount: 1500, ids: [id], isRepeat: false, balance: 984_500 }, { id }],
    [{ amount: 0, ids: [id], isRepeat: true }, { id }],
    [{ amount: 4, ids: [id, "b"], isRepeat: false, balance: -3 }, { id: undefined }],
  ])("is read as the API writes it: %j", (report, expected) => {
    const { amount, isRepeat } = report;
    const balance = "balance" in report ? report.balance : undefined;
    expect(parseCharge(new Headers({ ...chargeHeaders(report) }))).toEqual({ amount, isRepeat, balance, ...expected });
  });

  it.each(["", "free", "1.5", '"5"', ";repeat"])("is none in %j", (charge) => {
    expect(parseCharge(new Headers({ charge }))).toBeUndefined();
  });

  it("is with the answer, and undefined where nothing is charged", async () => {
    const headers = { charge: `300;unit="usd-micro";id="${id}";repeat=?0`, balance: "700" };
    const { florence } = fakeApi([() => Response.json(caption, { headers }), fine]);
    const paid = await florence.caption("AQID").withResponse();
    expect(paid.charge).toEqual({ amount: 300, id, isRepeat: false, balance: 700 });
    expect((await florence.caption("AQID").withResponse()).charge).toBeUndefined();
  });
});

function sentHeaders(headers: Headers | undefined): readonly (string | null)[] {
  return ["authorization", "max-price", "idempotency-key"].map((name) => headers?.get(name) ?? null);
}

async function read(stream: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const given: unknown[] = [];
  for await (const event of stream) given.push(event);
  return given;
}

describe("the charge of a stream", () => {
  const events = [
    { type: "delta", text: "a cat" },
    { type: "done", answer: caption },
  ];
  const charge = { type: "charge", charge_micro_usd: 300, ids: [id], repeat: false, balance: 700 } as const;

  it("is its last event, of a request with a key", async () => {
    const { florence } = fakeApi([streaming(eventStream([...events, charge]))], { apiKey: "k" });
    expect(await read(florence.caption("AQID", { stream: true }))).toEqual([...events, charge]);
    expect(chargeOfEvent(charge)).toEqual({ amount: 300, id, isRepeat: false, balance: 700 });
  });

  it("is not waited for without a key, and may be missing with one", async () => {
    const rest = new TextEncoder().encode(eventStream(events));
    const open = new ReadableStream({ start: (controller) => controller.enqueue(rest) });
    const { florence } = fakeApi([streaming(open), streaming(eventStream(events))]);
    expect(await read(florence.caption("AQID", { stream: true }))).toEqual(events);
    expect(await read(florence.caption("AQID", { stream: true, apiKey: "k" }))).toEqual(events);
  });

  it("does not take the answer away if it is lost", async () => {
    const chunks = [new TextEncoder().encode(eventStream(events))];
    const body = new ReadableStream({
      pull: (controller) => {
        const next = chunks.shift();
        if (next === undefined) controller.error(new TypeError("terminated"));
        else controller.enqueue(next);
      },
    });
    const { florence } = fakeApi([streaming(body)], { apiKey: "k" });
    expect(await read(florence.caption("AQID", { stream: true }))).toEqual(events);
  });
});

describe("the options of accounts", () => {
  it("are headers, and no options of the task", async () => {
    const { florence, seen } = fakeApi([fine], { apiKey: "fe_live_a", maxPrice: 500 });
    await florence.caption(Uint8Array.of(1), { beams: 2, idempotencyKey: "i", maxPrice: 300 });
    await florence.caption("AQID");
    await florence.analyze("AQID", [{ task: "caption" }], { apiKey: "fe_live_b" });
    expect(seen.map(({ headers }) => sentHeaders(headers))).toEqual([
      ["Bearer fe_live_a", "300", "i"],
      ["Bearer fe_live_a", "500", null],
      ["Bearer fe_live_b", "500", null],
    ]);
    expect(seen[0]?.path).toBe("/v1/caption?beams=2");
    expect(JSON.parse(new TextDecoder().decode(seen[1]?.body))).toEqual({ image: "AQID" });
  });

  it("are the same in a retry, and absent if none is set", async () => {
    const { florence, seen } = fakeApi([lost, fine]);
    await florence.caption("AQID", { apiKey: "k", idempotencyKey: "i" });
    expect(seen.map(({ headers }) => sentHeaders(headers))).toEqual([
      ["Bearer k", null, "i"],
      ["Bearer k", null, "i"],
    ]);
    const plain = fakeApi([fine]);
    await plain.florence.caption("AQID");
    expect(sentHeaders(plain.seen[0]?.headers)).toEqual([null, null, null]);
  });

  it("give way to headers that the caller writes himself", async () => {
    const { florence, seen } = fakeApi([fine], { apiKey: "a" });
    await florence.caption("AQID", { headers: { Authorization: "Bearer b" } });
    expect(seen[0]?.headers.get("authorization")).toBe("Bearer b");
  });

  it("me() asks for the key's account", async () => {
    const { florence, seen } = fakeApi([() => Response.json({ balance: 5 })], { apiKey: "a" });
    expect((await florence.me()).balance).toBe(5);
    expect(seen.map(({ method, path }) => [method, path])).toEqual([["GET", "/v1/me"]]);
  });
});
