import type { BrowserContextOptions, Page } from "playwright-core";
import { openPage } from "./browser.ts";

/** The playground, with its tasks and a sample shown. `hash` says which, as a shared address does. */
export async function openPlayground(hash = "", options?: BrowserContextOptions): Promise<Page> {
  const page = await openPage(`/${hash}`, options);
  await page.locator("#tasks input").first().waitFor({ state: "attached" });
  await page.locator("#frame").waitFor();
  return page;
}

/** Asks, and waits for what comes of it. */
export async function ask(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await settled(page);
}

/** Waits until nothing is being asked. */
export async function settled(page: Page): Promise<void> {
  await page.locator("#took, #problem:not(:empty)").first().waitFor();
}
