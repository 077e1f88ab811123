import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { REAL_MODEL_COMMAND } from "../../src/playground/domain.ts";
import { root } from "../../tools/serve.ts";
import { violations } from "./support/axe.ts";
import { screens, useBrowser } from "./support/browser.ts";
import { openPlayground, submit } from "./support/playground.ts";

useBrowser();

/** The texts of the two notes: below the image, and beside the answer. */
const notes = (page: Page) =>
  Promise.all(["#picture-domain", "#answer-domain"].map((id) => page.locator(id).textContent()));

async function chooseOwnImage(page: Page): Promise<void> {
  const buffer = await readFile(join(root, "test/pictures/street.jpg"));
  await page.locator("#file").setInputFiles({ name: "mine.jpg", mimeType: "image/jpeg", buffer });
  await page.getByText("For other pictures").first().waitFor();
}

async function domainOf(page: Page): Promise<string> {
  const { models }: { models: { domain: string }[] } = await (
    await page.request.get(`${inject("origin")}/v1/models`)
  ).json();
  return models[0]?.domain ?? "";
}

describe("what the model is for", () => {
  it("is said below an image of the user's own, and beside every answer, with the command for the real model", async () => {
    const page = await openPlayground();
    const domain = await domainOf(page);
    expect(domain).not.toBe("");
    expect(await notes(page)).toEqual(["", ""]);
    await submit(page);
    const [belowSample, besideAnswer] = await notes(page);
    expect(belowSample).toBe("");
    for (const part of ["mini", domain, REAL_MODEL_COMMAND]) expect(besideAnswer).toContain(part);
    await chooseOwnImage(page);
    const [belowOwn, besideNothing] = await notes(page);
    expect(besideNothing).toBe("");
    for (const part of ["mini", domain, REAL_MODEL_COMMAND]) expect(belowOwn).toContain(part);
    await submit(page);
    expect(await notes(page)).toEqual([belowOwn, besideAnswer]);
    await page.locator(".sample").first().click();
    await expect.poll(() => notes(page)).toEqual(["", ""]);
  });

  it("is said of an image at a URL, too", async () => {
    const page = await openPlayground();
    await page.locator("#address").fill(`${inject("origin")}/samples/garden.png`);
    await page.getByRole("button", { name: "Use it" }).click();
    expect((await notes(page))[0]).toContain(await domainOf(page));
  });

  it("is not said if the API does not say it", async () => {
    const page = await openPlayground("", {}, async (opened) => {
      await opened.route("**/v1/models", async (route) => {
        const response = await route.fetch();
        const { models }: { models: object[] } = await response.json();
        await route.fulfill({ response, json: { models: models.map((model) => ({ ...model, domain: "" })) } });
      });
    });
    const buffer = await readFile(join(root, "test/pictures/street.jpg"));
    await page.locator("#file").setInputFiles({ name: "mine.jpg", mimeType: "image/jpeg", buffer });
    await page.locator("#picture[alt='mine.jpg']").waitFor();
    await submit(page);
    expect(await notes(page)).toEqual(["", ""]);
  });
});

describe.each([
  ["desktop", "light"],
  ["desktop", "dark"],
  ["phone", "dark"],
  ["narrow", "light"],
] as const)("on a %s screen, in %s", (name, colorScheme) => {
  it("axe-core finds no violations with both notes, and they fit", async () => {
    const screen = screens[name];
    const page = await openPlayground("", { ...screen, colorScheme });
    await chooseOwnImage(page);
    await submit(page);
    expect(await violations(page)).toEqual([]);
    const [inner, width] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
    expect([inner, width]).toEqual([screen.viewport.width, screen.viewport.width]);
  });
});
