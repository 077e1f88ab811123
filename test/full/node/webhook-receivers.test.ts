import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { examplesIn, SHOWN_ORIGIN } from "../../../tools/docs/page-examples.ts";
import type { WebhookReceiver } from "../../support/webhook-receiver.ts";
import { PATIENCE, startWebhookScene } from "../../support/webhook-scene.ts";

let scene: Awaited<ReturnType<typeof startWebhookScene>>;
beforeEach(async () => {
  scene = await startWebhookScene();
});
afterEach(() => scene.stop());

/** What a receiver does that is no success, and what is listed then. */
const receivers: readonly (readonly [string, WebhookReceiver["answer"], object])[] = [
  [
    "redirects",
    (_, response) => response.writeHead(302, { location: "/elsewhere" }).end(),
    { last_status: 302, last_error: "redirect" },
  ],
  [
    "is gone",
    (_, response) => response.writeHead(410).end(),
    { status: "failed", last_status: 410, last_error: "gone", next_attempt_at: null },
  ],
  ["breaks the connection", (_, response) => void response.destroy(), { last_status: null, last_error: "unreachable" }],
  ["never answers", () => {}, { last_status: null, last_error: "timeout" }],
];

it.each(receivers)("a receiver that %s", { timeout: 120_000 }, async (_, answer, listed) => {
  const { receiver, ask, deliveryOf } = scene;
  receiver.answer = answer;
  const job = await ask();
  await expect.poll(async () => (await deliveryOf(job))?.last_error, PATIENCE).toBeTypeOf("string");
  expect(await deliveryOf(job)).toMatchObject({ attempts: 1, ...listed });
  expect(receiver.events.map(({ path }) => path)).toEqual(["/"]);
});

it("a receiver that answers without an end is delivered, and costs nothing", { timeout: 120_000 }, async () => {
  const { receiver, ask, deliveryOf } = scene;
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  receiver.answer = (_, response) => {
    response.on("close", closed.resolve);
    const write = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      response.once("drain", write);
    };
    response.writeHead(200);
    write();
  };
  const job = await ask();
  await expect.poll(async () => (await deliveryOf(job))?.status, PATIENCE).toBe("delivered");
  await closed.promise;
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

it("addresses that are not public are refused at once", { timeout: 60_000 }, async () => {
  const { post } = scene;
  for (const address of [
    "https://10.0.0.7/",
    "https://169.254.169.254/latest",
    "https://[::ffff:10.0.0.7]/",
    "ftp://a.example",
  ]) {
    const response = await post(`webhook=${encodeURIComponent(address)}`);
    expect([response.status, (await response.json()).code]).toEqual([400, "webhook-url-refused"]);
  }
});

it("the commands of the page ask for a job, and list how its end was told", { timeout: 60_000 }, async () => {
  const { origin } = scene;
  const page = await readFile("docs/how-to/webhooks.md", "utf8");
  const [first, second] = examplesIn(page).map(({ command }) => command.replaceAll(SHOWN_ORIGIN, origin()));
  const { stdout } = await promisify(execFile)("bash", ["-euc", `${first}\n${second}`]);
  const [job = "", deliveries = ""] = stdout.trim().split("\n");
  const { id, webhook_secret: secret } = JSON.parse(job);
  expect(secret).toMatch(/^whsec_/u);
  const url = "http://127.0.0.1:9000/";
  expect(JSON.parse(deliveries)).toMatchObject({ deliveries: [{ job: id, type: "job.succeeded", url }] });
});
