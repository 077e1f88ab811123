import { describe, expect, it } from "vitest";
import { answerOf, textOf } from "./support/expected.ts";
import { violations } from "./support/axe.ts";
import { screens, useBrowser } from "./support/browser.ts";
import { openPlayground, submit, waitForResult } from "./support/playground.ts";

useBrowser();

describe("the keyboard alone", () => {
  it("can choose a task, move the region and send the request", async () => {
    const page = await openPlayground("#picture=garden");
    await page.locator("#tasks :checked").focus();
    // A radio group has one tab stop; arrow keys move within it.
    for (
      let pressed = 0;
      pressed < 15 && (await page.locator("#tasks :checked").inputValue()) !== "region-to-category";
      pressed += 1
    ) {
      await page.keyboard.press("ArrowDown");
    }
    expect(await page.locator("#tasks :checked").inputValue()).toBe("region-to-category");
    await page.locator("#region-start").focus();
    for (let pressed = 0; pressed < 7; pressed += 1) {
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Shift+ArrowDown");
    }
    await page.locator("#region-end").focus();
    for (let pressed = 0; pressed < 6; pressed += 1) {
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Shift+ArrowDown");
    }
    await page.locator("#region-x1").focus();
    await page.keyboard.press("Enter");
    await waitForResult(page);
    // From 0.3 to 0.7: seven large steps of 0.05 for the upper left corner, six for the lower right.
    const expected = await answerOf("region-to-category", "garden", { normalized_region: "0.65,0.65,1,1" });
    expect(await page.locator("#caption").textContent()).toBe(textOf(expected));
  });

  it("reaches every control by Tab, the skip link first", async () => {
    const page = await openPlayground();
    const reached: string[] = [];
    for (let pressed = 0; pressed < 60; pressed += 1) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const { id, className, tagName } = document.activeElement ?? document.body;
        return `${tagName}#${id}.${className}`;
      });
      if (focused.startsWith("BODY")) break;
      reached.push(focused);
    }
    for (const id of ["file", "address", "ask"]) expect(reached.some((each) => each.includes(`#${id}.`))).toBe(true);
    expect(reached.filter((each) => each.includes("sample"))).toHaveLength(4);
    expect(reached[0]).toContain("skip");
  });
});

describe.each([
  ["desktop", "light"],
  ["phone", "dark"],
  ["narrow", "light"],
] as const)("on a %s screen, in %s", (name, colorScheme) => {
  it("axe-core finds no violations before and after an answer, and nothing overflows", async () => {
    const screen = screens[name];
    const hash = "#task=region-to-segmentation&picture=street&region=0.3,0,0.6,0.4";
    const page = await openPlayground(hash, { ...screen, colorScheme });
    expect(await violations(page)).toEqual([]);
    await page.locator(".more summary").click();
    await submit(page);
    expect(await violations(page)).toEqual([]);
    const [inner, width] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
    expect([inner, width]).toEqual([screen.viewport.width, screen.viewport.width]);
  });
});
