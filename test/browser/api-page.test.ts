import { expect, it } from "vitest";
import examples from "../../src/contract/response-examples.json" with { type: "json" };
import { openPage, screens, useBrowser } from "./support/browser.ts";

useBrowser();

it.each(["region-to-category", "open-vocabulary-detection", "object-detection"] as const)(
  "the API page executes %s with its example, and shows the documented answer",
  async (task) => {
    const expected = JSON.stringify(examples[`/v1/${task}`]["application/json"].json, undefined, 2);
    const page = await openPage("/docs");
    const operation = page.locator(".opblock", { has: page.locator(`[data-path="/v1/${task}"]`) });
    await operation.locator(".opblock-summary-control").click();
    await operation.getByRole("button", { name: "Execute" }).click();
    const response = operation.locator(".live-responses-table .response");
    await expect.poll(() => response.first().textContent(), { timeout: 20_000 }).toContain(expected);
    expect(await response.first().locator(".response-col_status").textContent()).toContain("200");
  },
);

it("the API page lists every operation", async () => {
  const page = await openPage("/docs", screens.phone);
  await page.locator(".opblock").first().waitFor();
  const document: { paths: object; webhooks: object } = await (
    await page.request.get(new URL("/openapi.json", page.url()).href)
  ).json();
  const operations = [...Object.values(document.paths), ...Object.values(document.webhooks)].flatMap(Object.keys);
  expect(await page.locator(".opblock").count()).toBe(operations.length);
});
