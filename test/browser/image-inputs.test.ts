import { describe, expect, inject, it } from "vitest";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";
import { answerOf, labelsOf } from "./support/expected.ts";
import { expectBrowserError, useBrowser } from "./support/browser.ts";
import { openPlayground, submit } from "./support/playground.ts";

useBrowser();

/** A black bitmap with one bit per pixel. */
function blackBitmap(width: number, height: number): Buffer {
  const rowBytes = Math.ceil(width / 32) * 4;
  const header = Buffer.alloc(62);
  header.write("BM");
  const fields = [
    [2, 62 + rowBytes * height],
    [10, 62],
    [14, 40],
    [18, width],
    [22, height],
    [46, 2],
    [58, 0xffffff],
  ] as const;
  for (const [at, value] of fields) header.writeInt32LE(value, at);
  header.writeInt16LE(1, 26);
  header.writeInt16LE(1, 28);
  return Buffer.concat([header, Buffer.alloc(rowBytes * height)]);
}

describe("an image of the user", () => {
  it("may be a file; a file that is not an image shows the problem", async () => {
    const page = await openPlayground();
    await page
      .locator("#file")
      .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
    await page.getByText("notes.txt cannot be shown").waitFor();
    await submit(page);
    expect(await page.getByRole("alert").textContent()).toContain("unsupported-image");
    expectBrowserError(/415/u);
    const street = await readFile(join(root, "test/pictures/street.jpg"));
    await page.locator("#file").setInputFiles({ name: "mine.jpg", mimeType: "image/jpeg", buffer: street });
    await page.locator("#frame").waitFor();
    await submit(page);
    expect(await page.locator("#curl").textContent()).toContain("'@mine.jpg'");
    expect(await page.locator("#labels span").allTextContents()).toEqual(
      labelsOf(await answerOf("object-detection", "street")),
    );
  });

  it("is scaled down above the pixel limit of a deployment, with a notice", async () => {
    const page = await openPlayground();
    await page
      .locator("#file")
      .setInputFiles({ name: "large.bmp", mimeType: "image/bmp", buffer: blackBitmap(2400, 1600) });
    await page.getByText("Sent as a JPEG of 1732 × 1154 pixels").waitFor();
    await submit(page);
    expect(await page.getByRole("alert").textContent()).toBe("");
    expect(await page.locator("#curl").textContent()).toContain("image/jpeg");
  });

  it("may be a URL, and is shown once the API has sent it, since the page itself loads nothing from other sites", async () => {
    const page = await openPlayground();
    const url = `${inject("origin")}/samples/garden.png`;
    await page.locator("#address").fill(url);
    await page.getByRole("button", { name: "Use it" }).click();
    expect(await page.locator("#frame").isVisible()).toBe(false);
    await submit(page);
    expect(await page.locator("#picture").getAttribute("src")).toMatch(/^data:image\/png;base64,/u);
    expect(await page.locator("#labels span").allTextContents()).toEqual(
      labelsOf(await answerOf("object-detection", "garden")),
    );
    expect(await page.locator("#curl").textContent()).toContain(`{"image":"${url}"}`);
  });
});
