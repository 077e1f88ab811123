import { expect, it } from "vitest";
import examples from "../../src/contract/response-examples.json" with { type: "json" };
import { openPage, screens, useBrowser } from "./support/browser.ts";

useBrowser();

it.each(["region-to-category", "open-vocabulary-detection", "object-detection"] as const)(
  "the page of the API tries %s with its example, and shows the answer that stands beside it",
  async (task) => {
    const answered = JSON.stringify(examples[`/v1/${task}`]["application/json"].json, undefined, 2);
    const page = await openPage("/docs");
    const operation = page.locator(".opblock", { has: page.locator(`[data-path="/v1/${task}"]`) });
    await operation.locator(".opblock-summary-control").click();
    await operation.getByRole("button", { name: "Execute" }).click();
    const response = operation.locator(".live-responses-table .response");
    await expect.poll(() => response.first().textContent(), { timeout: 20_000 }).toContain(answered);
    expect(await response.first().locator(".response-col_status").textContent()).toContain("200");
  },
);

it("every operation is on the page of the API", async () => {
  const page = await openPage("/docs", screens.phone);
  await page.locator(".opblock").first().waitFor();
  const { paths }: { paths: object } = await (await page.request.get(new URL("/openapi.json", page.url()).href)).json();
  expect(await page.locator(".opblock").count()).toBe(Object.keys(paths).length);
});
