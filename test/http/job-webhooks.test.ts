import { expect, it } from "vitest";
import { jobIn, laterApp, ORIGIN } from "../support/later-app.ts";
import { sampleImage } from "../support/sample-images.ts";
import { RECEIVER } from "../support/webhook-world.ts";

const askLater = ({ app }: ReturnType<typeof laterApp>, webhook: string) =>
  app.request(`${ORIGIN}/v1/caption?async=true&webhook=${encodeURIComponent(webhook)}`, {
    method: "POST",
    headers: { "content-type": "image/jpeg" },
    body: new Uint8Array(sampleImage("street.jpg")),
  });

it("without accounts, the reply that accepts a job shows the secret of its webhook, and no other does", async () => {
  const world = laterApp();
  const accepted = await askLater(world, RECEIVER);
  const { webhook_secret: secret, ...job } = await accepted.json();
  expect([accepted.status, secret]).toEqual([202, `whsec_of_${job.id}`]);
  await world.deliver();
  expect(await jobIn(await world.app.request(`${ORIGIN}/v1/jobs/${job.id}`))).toMatchObject({ status: "succeeded" });
  expect(world.books.ended).toMatchObject([{ webhook: RECEIVER }]);
});

it("a request that names a private address is refused, and nothing is stored", async () => {
  const world = laterApp();
  const refused = await askLater(world, "https://10.0.0.7/");
  expect([refused.status, (await refused.json()).code]).toEqual([400, "webhook-url-refused"]);
  expect(world.files.size).toBe(0);
});
