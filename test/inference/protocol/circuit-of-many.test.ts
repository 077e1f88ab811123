import { describe, expect, it } from "vitest";
import { type Answer, fakeServer } from "../../support/protocol-backend.ts";

const found: Answer = () => Response.json({ name: "m" });
const full: Answer = () =>
  Response.json({ error: "no room", code: "overloaded" }, { status: 503, headers: { "Retry-After": "1" } });
const silent: Answer = () => new Promise<Response>(() => {});

/** A client whose deadlines pass when `expire` is called. */
function clientWithDeadlines() {
  const deadlines: (() => void)[] = [];
  const sleep = () => new Promise<void>((resolve) => deadlines.push(resolve));
  const answers = { "/v2/models/slow": silent, "/v2/models/m": found };
  const { client } = fakeServer(answers, { breaker: { failures: 2 }, sleep });
  const slow = () => Array.from({ length: 4 }, () => client.metadata("slow").catch((thrown: unknown) => thrown));
  const expire = async (calls: readonly Promise<unknown>[]): Promise<readonly unknown[]> => {
    for (const end of deadlines.splice(0)) end();
    return Promise.all(calls);
  };
  return { client, slow, expire };
}

// One circuit is for the calls of all callers: one of them must not open it for the others.
describe("the circuit", () => {
  it("stays closed when the server has no room for some calls, since it may have for others", async () => {
    const { client } = fakeServer({ "/v2/models/hog": full, "/v2/models/m": found }, { breaker: { failures: 1 } });
    for (let call = 0; call < 3; call += 1) {
      await expect(client.metadata("hog")).rejects.toMatchObject({ kind: "unavailable", code: "overloaded" });
      await expect(client.metadata("m")).resolves.toMatchObject({ name: "m" });
    }
  });

  it("stays closed when the deadlines of many calls pass that began before another call succeeded", async () => {
    const { client, slow, expire } = clientWithDeadlines();
    const waiting = slow();
    await expect(client.metadata("m")).resolves.toMatchObject({ name: "m" });
    expect(await expire(waiting)).toEqual(waiting.map(() => expect.objectContaining({ kind: "deadline" })));
    await expect(client.metadata("m")).resolves.toMatchObject({ name: "m" });
  });

  it("opens when they pass and nothing has succeeded since the calls began", async () => {
    const { client, slow, expire } = clientWithDeadlines();
    await expect(client.metadata("m")).resolves.toMatchObject({ name: "m" });
    await expire(slow());
    await expect(client.metadata("m")).rejects.toMatchObject({ kind: "circuit-open" });
  });
});
