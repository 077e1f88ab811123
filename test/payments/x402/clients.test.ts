import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { evm, Mppx } from "mppx/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { type Place, PRICE, question, startBuyer, startPlace } from "./support/place.ts";

const files = ["small-33x33.png", "one-pixel-1x1.jpg"].map((name) => join(root, "test/vectors/preprocess", name));
const images = await Promise.all(files.map((file) => readFile(file, "base64")));

let place: Place;
beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place[Symbol.asyncDispose]());

/** Clients by people who do not know this service: each pays without a line of ours. */
const clients: Readonly<Record<string, (buyer: Awaited<ReturnType<typeof startBuyer>>) => typeof fetch>> = {
  "@x402/fetch":
    ({ pay }) =>
    (input, init) =>
      pay(String(input), init),
  mppx: ({ payer }) =>
    Mppx.create({ methods: [evm({ account: payer, networks: [31337] })], polyfill: false }).fetch as typeof fetch,
};

it.each(Object.entries(clients))("%s pays for an answer, a stream and a batch", async (_name, make) => {
  const buyer = await startBuyer(place);
  const pay = make(buyer);
  const before = await place.received();
  const [path, init] = question(1);
  const answer = await pay(new URL(path, place.server.url), init);
  expect([answer.status, answer.headers.get("charge")?.startsWith("600;")]).toEqual([200, true]);
  const [streamPath] = question(2);
  const stream = await pay(new URL(`${streamPath}&stream=true`, place.server.url), init);
  expect(await stream.text()).toContain("event: charge");
  const batch = await pay(new URL("/v1/batch", place.server.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ items: images.map((image) => ({ task: "caption", image })) }),
  });
  expect([batch.status, (await batch.json()).results.length]).toEqual([200, 2]);
  expect((await place.received()) - before).toBe(2 * PRICE + 600);
});
