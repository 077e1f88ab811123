import { describe, expect, it } from "vitest";
import { summaryOf } from "../../src/playground/sentences.ts";
import { answerOf, labelsOf } from "./support/expected.ts";
import { violations } from "./support/axe.ts";
import { expectBrowserError, screens, useBrowser } from "./support/browser.ts";
import { openPlayground, submit, waitForResult } from "./support/playground.ts";

useBrowser();

const later = { name: "Answer later" } as const;

describe("answers that come later", () => {
  it("have a row that ends by itself, and the answer is shown as usual", async () => {
    const page = await openPlayground();
    await page.getByRole("button", later).click();
    const row = page.locator("#jobs li");
    await expect.poll(() => row.getAttribute("data-status"), { timeout: 20_000 }).toBe("succeeded");
    await waitForResult(page);
    const expected = await answerOf("object-detection", "street");
    expect(await page.locator("#labels span").allTextContents()).toEqual(labelsOf(expected));
    expect(await page.locator("#status").textContent()).toBe(summaryOf(expected));
    expect(await row.locator("code").textContent()).toMatch(/^job_[0-9A-Za-z]{22}$/u);
    expect(await violations(page)).toEqual([]);
  });

  it("do not take the place of another answer, but can be shown beside their picture", async () => {
    const page = await openPlayground("#task=caption&picture=garden", screens.desktop, async (opened) => {
      // The job is looked at only once the other question is answered.
      const gate = Promise.withResolvers<undefined>();
      await opened.exposeFunction("release", () => gate.resolve(undefined));
      await opened.route("**/v1/jobs/*", async (route) => {
        await gate.promise;
        await route.continue();
      });
    });
    await page.getByRole("button", later).click();
    await page.locator("#jobs li").waitFor();
    await page.getByText("Object detection", { exact: true }).click();
    await submit(page);
    await page.evaluate(() => Reflect.apply(Reflect.get(globalThis, "release"), undefined, []));
    await expect
      .poll(() => page.locator("#jobs li").getAttribute("data-status"), { timeout: 20_000 })
      .toBe("succeeded");
    const detected = labelsOf(await answerOf("object-detection", "garden"));
    expect(await page.locator("#labels span").allTextContents()).toEqual(detected);
    await page.locator("#jobs").getByRole("button", { name: /^Show/u }).click();
    const caption = await answerOf("caption", "garden");
    await expect.poll(() => page.locator("#status").textContent()).toBe(summaryOf(caption));
    expect(await page.locator("#picture").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  });

  it("can be cancelled", async () => {
    const page = await openPlayground("#task=caption", screens.desktop, async (opened) => {
      await opened.route("**/v1/jobs/*", async (route) => {
        const status = route.request().method() === "DELETE" ? "cancelled" : "queued";
        const response = await route.fetch({ method: "GET" });
        await route.fulfill({ response, json: { ...(await response.json()), status, result: null } });
      });
    });
    await page.getByRole("button", later).click();
    await page
      .locator("#jobs")
      .getByRole("button", { name: /^Cancel/u })
      .click();
    await expect.poll(() => page.locator("#jobs li").getAttribute("data-status")).toBe("cancelled");
    expect(await page.locator("#jobs .job-status").textContent()).toBe("Cancelled");
  });

  it("that are asked wrongly are refused at once", async () => {
    const page = await openPlayground("#task=caption&o.max_new_tokens=0");
    await page.getByRole("button", later).click();
    await waitForResult(page);
    expect(await page.getByRole("alert").textContent()).toMatch(/max_new_tokens/u);
    expect(await page.locator("#later").isVisible()).toBe(false);
    expectBrowserError(/400/u);
  });
});
