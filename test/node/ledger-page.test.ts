import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { root } from "../../tools/serve.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { captionRequest, street } from "../support/paid-requests.ts";

/** What a caption costs, and each cell of the table in such prices. */
const PRICE = 300;
const prices = new Map([
  ["its price", PRICE],
  ["its price each time", 2 * PRICE],
  ["the price of one", PRICE],
  ["its price; the whole answer is free when he asks again", PRICE],
]);

const noStore = { "cache-control": "no-store" };

async function start() {
  const { world, isolate, open } = createPaidWorld();
  const account = await open(100_000);
  const { app, settled } = isolate();
  const caption = async (headers: Readonly<Record<string, string>> = {}, query = "", init: RequestInit = {}) => {
    const [path, request] = captionRequest(account.key, headers, query);
    const response = await app.request(path, { ...request, ...init });
    await response.clone().text();
    return response;
  };
  const post = (path: string, body: object) => {
    const headers = { authorization: `Bearer ${account.key}`, "content-type": "application/json" };
    return app.request(path, { method: "POST", headers, body: JSON.stringify(body) });
  };
  return { world, account, app, settled, caption, post };
}

type Scene = Awaited<ReturnType<typeof start>>;

const image = btoa(String.fromCharCode(...street));

async function leaving({ world, account, caption, settled }: Scene, query: string): Promise<void> {
  const [gate, caller] = [Promise.withResolvers<void>(), new AbortController()];
  world.work = () => gate.promise;
  const asked = caption({}, query, { signal: caller.signal });
  while (account.holds() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  caller.abort();
  gate.resolve();
  await asked;
  await settled();
  await caption();
}

/** What each row of the table says happens; beforehand, the account may have paid for something, which does not count. */
const scenes: Readonly<
  Record<string, readonly [before: (scene: Scene) => Promise<unknown>, scene: (scene: Scene) => Promise<unknown>]>
> = {
  "an answer": [async () => {}, ({ caption }) => caption()],
  "the same question of the same account within 24 hours, with any of its keys": [
    ({ caption }) => caption(),
    async ({ world, caption }) => {
      world.nowMs += 86_399_999;
      return caption({}, "?format=raw");
    },
  ],
  "a problem, whatever its status": [
    async () => {},
    async ({ world, caption }) => {
      world.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
      await caption();
      world.work = () => Promise.reject(new Problem("prompt-too-long", "long"));
      await caption();
      await caption({ "cache-control": "only-if-cached" });
    },
  ],
  "one of several tasks or items that failed": [
    async () => {},
    async ({ world, post }) => {
      world.work = () => Promise.reject(new Problem("backend-unavailable", "down"));
      await post("/v1/batch", {
        items: [
          { task: "caption", image },
          { task: "ocr", image: "AAAA" },
        ],
      });
    },
  ],
  "equal prompts in one request": [
    async () => {},
    async ({ post }) => post("/v1/analyze", { image, tasks: [{ task: "caption" }, { task: "caption" }] }),
  ],
  "`no-store` or `no-cache`: a new generation each time": [
    ({ caption }) => caption(),
    async ({ caption }) => {
      await caption(noStore);
      await caption({ "cache-control": "no-cache" });
    },
  ],
  "the same with the same `Idempotency-Key` within 24 hours": [
    ({ caption }) => caption({ ...noStore, "idempotency-key": "k" }),
    ({ caption }) => caption({ ...noStore, "idempotency-key": "k" }),
  ],
  "`max-age`, if the cached answer is older: a new generation": [
    ({ caption }) => caption(),
    async ({ world, caption }) => {
      for (let times = 0; times < 2; times += 1) {
        world.nowMs += 2000;
        await caption({ "cache-control": "max-age=1" });
      }
      expect(world.requests).toHaveLength(3);
    },
  ],
  "`max-age`, if the cached answer is young enough": [
    ({ caption }) => caption(),
    async ({ world, caption }) => {
      world.nowMs += 1000;
      await caption({ "cache-control": "max-age=1" });
      expect(world.requests).toHaveLength(1);
    },
  ],
  "304, if the account has paid for the answer within 24 hours": [
    ({ caption }) => caption(),
    async ({ world, caption }) => {
      const etag = (await caption()).headers.get("etag") ?? "";
      world.nowMs += 86_399_999;
      expect((await caption({ "if-none-match": etag })).status).toBe(304);
    },
  ],
  "304, if it has not, also if the answer was in the cache": [
    async ({ world, caption }) => {
      await caption();
      // Paid no more, and still cached.
      world.nowMs += 86_400_000;
    },
    async ({ caption }) => {
      const first = await caption({ "if-none-match": "*" });
      expect([first.status, first.headers.get("cache-status")]).toEqual([304, "florence-edge; hit"]);
    },
  ],
  "304 to a request for a new generation": [
    ({ caption }) => caption(),
    async ({ caption }) => {
      const etag = (await caption()).headers.get("etag") ?? "";
      expect((await caption({ ...noStore, "if-none-match": etag })).status).toBe(304);
    },
  ],
  "a stream that breaks through our fault": [
    async () => {},
    async ({ world, caption }) => {
      world.done = () => Promise.reject(new Problem("backend-failed", "broke"));
      await caption({}, "?stream=true");
    },
  ],
  "a stream, or an answer, whose caller leaves": [async () => {}, (scene) => leaving(scene, "")],
};

const page = await readFile(join(root, "docs/explanation/ledger.md"), "utf8");
const table = /<!-- money -->(?<rows>.*)<!-- \/money -->/su.exec(page)?.groups?.["rows"] ?? "";
const rows = [...table.matchAll(/^\| (?<what>.+) \| (?<costs>.+) \|$/gmu)]
  .map(({ groups }) => [groups?.["what"] ?? "", groups?.["costs"] ?? ""] as const)
  .filter(([what]) => what !== "---" && what.trim() !== "");

describe("the page of the ledger", () => {
  it("has a row for each case that is tried here", () => {
    expect(rows.map(([what]) => what)).toEqual(Object.keys(scenes));
  });

  it.each(rows)("says what it costs: %s, %s", async (what, costs) => {
    const scene = await start();
    const [before, happens] = scenes[what] ?? [async () => {}, () => Promise.reject(new Error(what))];
    await before(scene);
    await scene.settled();
    const balance = scene.account.balance() ?? 0;
    await happens(scene);
    await scene.settled();
    const price = prices.get(costs) ?? (costs.startsWith("0") ? 0 : Number.NaN);
    expect([balance - (scene.account.balance() ?? 0), scene.account.holds()]).toEqual([price, 0]);
    expect(await scene.account.violations()).toEqual([]);
  });

  it("says what the caller who left a stream has paid", async () => {
    const scene = await start();
    await leaving(scene, "?stream=true");
    expect(scene.account.entries()).toEqual([["charge", -PRICE]]);
  });
});
