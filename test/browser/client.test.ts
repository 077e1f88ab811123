import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { buildClient } from "../../tools/build-client.ts";
import { root } from "../../tools/serve.ts";
import { expectBrowserError, openPage, useBrowser } from "./support/browser.ts";
import { type OtherSite, serveOtherSite } from "./support/client-origin.ts";

useBrowser();

/** Script of a page on another site that uses the built client. */
const program = (api: string): string => `
  import { createFlorence, FlorenceError } from "/client/florence.js";

  const florence = createFlorence({ baseUrl: ${JSON.stringify(api)} });
  const file = new File([await (await fetch("/street.jpg")).blob()], "street.jpg", { type: "image/jpeg" });
  const { data, cache, requestId, timings } = await florence.objectDetection(file).withResponse();
  const events = [];
  for await (const event of florence.objectDetection(file, { stream: true })) events.push(event);
  const named = await florence.regionToCategory(file, { region: { x1: 170, y1: 0, x2: 360, y2: 170 } });
  const headers = { "cache-control": "no-store" };
  const fresh = await florence.caption(file, { headers }).withResponse();
  const { results } = await florence.analyze(file, [{ task: "ocr" }, { task: "region-to-ocr", region: "<loc_9><loc_9><loc_1><loc_1>" }]);
  const wrong = await florence.caption(new Blob(["no picture"])).catch((error) => error);
  const gone = createFlorence({ baseUrl: location.origin, maxRetries: 0 });
  const nothing = await gone.caption(file, { signal: AbortSignal.abort() }).catch((error) => error.code);
  globalThis.result = {
    labels: data.objects.map(({ label }) => label),
    hasHeaders: [typeof cache?.hit, typeof requestId, Object.keys(timings).length > 0],
    streamed: [events.filter(({ type }) => type === "object").length, events.at(-1).answer.objects.length],
    named: named.text,
    fresh: [fresh.cache?.hit, fresh.cache?.fwd],
    statuses: results.map(({ status }) => status),
    codes: [wrong instanceof FlorenceError, wrong.code, wrong.requestId?.length > 0, nothing],
  };
`;

let folder = "";
let site: OtherSite | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "client-"));
  await buildClient(folder);
  const texts = new Map<string, string | Buffer>([
    ["/page.html", '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/program.js"></script>'],
    ["/program.js", program(inject("origin"))],
    ["/street.jpg", await readFile(join(root, "test/pictures/street.jpg"))],
  ]);
  site = await serveOtherSite(folder, texts);
});
afterAll(async () => {
  site?.stop();
  await rm(folder, { recursive: true });
});

it("the client works on a page of another site", async () => {
  const page = await openPage("/errors");
  await page.goto(`${site?.origin}/page.html`);
  await page.waitForFunction(() => "result" in globalThis);
  expect(await page.evaluate(() => Reflect.get(globalThis, "result"))).toEqual({
    labels: ["snail", "snail", "truck", "truck"],
    hasHeaders: ["boolean", "string", true],
    streamed: [4, 4],
    named: "truck",
    fresh: [false, "request"],
    statuses: ["ok", "error"],
    codes: [true, "unsupported-image", true, "aborted"],
  });
  // The requests for the other site's own files, and Chromium's console error for every error response.
  expectBrowserError(new RegExp(`^asked ${site?.origin}/`, "u"));
  expectBrowserError(/status of 415/u);
});
