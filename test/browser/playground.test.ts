import { describe, expect, it } from "vitest";
import { summaryOf } from "../../src/playground/sentences.ts";
import { answerOf, labelsOf, textOf } from "./support/expected.ts";
import { expectBrowserError, useBrowser } from "./support/browser.ts";
import { openPlayground, submit } from "./support/playground.ts";

useBrowser();

describe("the playground", () => {
  it("shows the answer for a sample: boxes over the image, a list, the cache report and timings", async () => {
    const page = await openPlayground();
    await submit(page);
    const expected = await answerOf("object-detection", "street");
    const labels = labelsOf(expected);
    expect(labels.length).toBeGreaterThan(0);
    expect(await page.locator("#labels span").allTextContents()).toEqual(labels);
    expect(await page.locator("#overlay polygon").count()).toBe(labels.length);
    expect(await page.locator("#answer tbody tr").count()).toBe(labels.length);
    expect(await page.getByRole("status").textContent()).toBe(summaryOf(expected));
    expect(await page.locator("#cache").textContent()).toMatch(/^(Not in|From) the cache/u);
    expect(await page.locator(".legend li").count()).toBeGreaterThan(1);
  });

  it("reports that a repeated request is answered from the cache", async () => {
    const page = await openPlayground("#picture=garden");
    await submit(page);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await expect.poll(() => page.locator("#cache").textContent()).toMatch(/^From the cache, made /u);
  });

  it.each([
    ["caption", "street", {}],
    ["ocr-with-region", "garden", {}],
    ["open-vocabulary-detection", "shoes", { labels: "shoe" }],
    ["referring-expression-segmentation", "garden", { text: "three trees and a cake" }],
  ])("shows the answer of %s", async (task, sample, options) => {
    const page = await openPlayground(`#task=${task}&picture=${sample}`);
    await submit(page);
    const expected = await answerOf(task, sample, { ...options });
    expect(await page.locator("#caption").textContent()).toBe(textOf(expected));
    expect(await page.locator("#labels span").allTextContents()).toEqual(labelsOf(expected));
    expect(await page.locator("#overlay .filled").count()).toBe(
      expected.type === "polygons" ? labelsOf(expected).length : 0,
    );
  });

  it("draws a region with the mouse and sends it with the request", async () => {
    const page = await openPlayground("#task=region-to-category&picture=garden");
    const frame = await page.locator("#frame").boundingBox();
    expect(frame).not.toBeNull();
    const { x, y, width, height } = frame ?? { x: 0, y: 0, width: 1, height: 1 };
    await page.mouse.move(x + width * 0.95, y + height * 0.95);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.8, y + height * 0.8);
    await page.mouse.move(x + width * 0.65, y + height * 0.62);
    await page.mouse.up();
    const inputs = await page.locator("#region-numbers input").all();
    const numbers = await Promise.all(inputs.map(async (input) => Number(await input.inputValue())));
    const corners = [0.65, 0.62, 0.95, 0.95].map((fraction) => fraction * 512);
    for (const [index, value] of numbers.entries()) expect(Math.abs(value - (corners[index] ?? 0))).toBeLessThan(3);
    await submit(page);
    const expected = textOf(await answerOf("region-to-category", "garden", { region: numbers.join(",") }));
    expect(await page.locator("#caption").textContent()).toBe(expected);
    expect(await page.locator("#curl").textContent()).toContain(`region=${numbers.join("%2C")}`);
  });

  it("highlights the shape of the object under the pointer", async () => {
    const page = await openPlayground();
    await submit(page);
    await page.locator("#answer tbody tr").nth(2).hover();
    expect(await page.locator("#overlay .is-marked").count()).toBe(1);
    expect(await page.locator("#overlay > g").nth(2).getAttribute("class")).toContain("is-marked");
  });

  it("shows an error with its fields and a link to its documentation", async () => {
    const page = await openPlayground("#task=region-to-category&o.max_new_tokens=0");
    await submit(page);
    const problem = page.getByRole("alert");
    expect(await problem.textContent()).toMatch(/does not match.*max_new_tokens.*1 to 1024.*invalid-request/su);
    expect(await problem.getByRole("link").getAttribute("href")).toBe("/errors#invalid-request");
    expectBrowserError(/400/u);
  });

  it("streams on request, and ends with the same answer", async () => {
    const page = await openPlayground("#task=caption&o.stream=true&o.max_new_tokens=20");
    await submit(page);
    const expected = textOf(await answerOf("caption", "street", { max_new_tokens: "20" }));
    expect(await page.locator("#caption").textContent()).toBe(expected);
  });

  it("can be shared by its URL", async () => {
    const page = await openPlayground("#task=caption-to-phrase-grounding&picture=garden&o.text.text=three+trees");
    expect(await page.locator("#field-text").inputValue()).toBe("three trees");
    await page.locator("#field-text").fill("a cake & a tree");
    const hash = (): Promise<string> => page.evaluate(() => location.hash);
    await expect
      .poll(async () => new URLSearchParams((await hash()).slice(1)).get("o.text.text"))
      .toBe("a cake & a tree");
    const other = await openPlayground(await hash());
    expect(await other.locator("#field-text").inputValue()).toBe("a cake & a tree");
  });
});
