import type { BrowserContextOptions, Page } from "playwright-core";
import { openPage, type Prepare } from "./browser.ts";

/** Opens the playground and waits for its tasks and image. `hash` selects them, as in a shared URL. */
export async function openPlayground(hash = "", options?: BrowserContextOptions, prepare?: Prepare): Promise<Page> {
  const page = await openPage(`/${hash}`, options, prepare);
  await page.locator("#tasks input").first().waitFor({ state: "attached" });
  await page.locator("#frame").waitFor();
  return page;
}

/** Sends the request and waits for its result. */
export async function submit(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await waitForResult(page);
}

/** Waits for an answer or an error. */
export async function waitForResult(page: Page): Promise<void> {
  await page.locator("#took, #problem:not(:empty)").first().waitFor();
}
