import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

declare global {
  interface Window {
    readonly axe: { readonly run: (options: RunOptions) => Promise<AxeResults> };
  }
}

/** Returns the violations that axe-core finds, by all rules of WCAG 2.2 AA and its own best practices: rule and element. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated through the browser's debugger, to which the page's Content-Security-Policy does not apply.
  await page.evaluate(source);
  const results = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}
