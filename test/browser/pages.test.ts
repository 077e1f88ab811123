import { expect, it } from "vitest";
import { pages } from "../../src/site/pages.ts";
import { violations } from "./support/axe.ts";
import { openPage, useBrowser } from "./support/browser.ts";

useBrowser();

it.each(Object.keys(pages))("%s opens without errors and without requests to other sites", async (path) => {
  const page = await openPage(path);
  await page.waitForLoadState("networkidle");
  expect(await page.evaluate(() => document.readyState)).toBe("complete");
});

it("axe-core finds no violations on the errors page", async () => {
  expect(await violations(await openPage("/errors"))).toEqual([]);
});
