import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { pricing } from "../../src/contract/pricing.ts";
import { rows } from "../support/document-check.ts";
import { violations } from "./support/axe.ts";
import { screens, useBrowser, type Prepare } from "./support/browser.ts";
import { openPlayground, submit } from "./support/playground.ts";

useBrowser();

const KEY = "fe_test_of_the_page";
const charge = `300;unit="usd-micro";id="chg_${"0".repeat(32)}";repeat=?0`;

/** Makes the API one with accounts, as far as the page sees it; the answers come from the real one. `seen` gets the credentials that are sent. */
function withAccounts(seen: (string | undefined)[]): Prepare {
  return async (page) => {
    const document = openApiDocument(rows, "1.0.0", {}, { hasAccounts: true });
    await page.route("**/openapi.json", (route) => route.fulfill({ json: document }));
    await page.route("**/v1/pricing", (route) => route.fulfill({ json: pricing }));
    await page.route("**/v1/caption*", async (route) => {
      seen.push(route.request().headers()["authorization"]);
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), charge, balance: "4999700" } });
    });
  };
}

describe("the playground of an API with accounts", () => {
  it("shows the price beside the button, sends the key, and tells what was charged and is left", async () => {
    const seen: (string | undefined)[] = [];
    const page = await openPlayground("#task=caption", screens.desktop, withAccounts(seen));
    await expect.poll(() => page.locator("#price").textContent()).toContain("$0.0003");
    await page.getByLabel("Key", { exact: true }).fill(KEY);
    await submit(page);
    expect(seen).toEqual([`Bearer ${KEY}`]);
    expect(await page.locator("#charge").textContent()).toBe("Cost $0.0003. $4.9997 are left.");
    expect(await violations(page)).toEqual([]);
  });

  it("counts the options: five beams cost more than three", async () => {
    const page = await openPlayground("#task=caption&o.beams=5", screens.desktop, withAccounts([]));
    await expect.poll(() => page.locator("#price").textContent()).toContain("$0.0005");
  });

  it("keeps the key nowhere: not in the page's address, in no storage, and not after a reload", async () => {
    const page = await openPlayground("#task=caption", screens.desktop, withAccounts([]));
    await page.getByLabel("Key", { exact: true }).fill(KEY);
    await submit(page);
    const kept = await page.evaluate(() =>
      [location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie].join(),
    );
    expect(kept).not.toContain(KEY);
    await page.reload();
    await page.locator("#frame").waitFor();
    expect(await page.locator("#api-key").inputValue()).toBe("");
  });
});

it("the playground of an API without accounts shows neither a price nor a field for a key, and asks for no prices", async () => {
  const asked: string[] = [];
  const page = await openPlayground("", screens.desktop, async (opened) => {
    opened.on("request", (request) => asked.push(new URL(request.url()).pathname));
  });
  await submit(page);
  expect(await page.locator("#account").isVisible()).toBe(false);
  expect(await page.locator("#price").isVisible()).toBe(false);
  expect(await page.locator("#charge").count()).toBe(0);
  expect(asked).not.toContain("/v1/pricing");
});
