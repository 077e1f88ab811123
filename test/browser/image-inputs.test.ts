import { describe, expect, inject, it } from "vitest";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";
import { answerOf, labelsOf } from "./support/expected.ts";
import { expectComplaint, useBrowser } from "./support/browser.ts";
import { ask, openPlayground } from "./support/playground.ts";

useBrowser();

/** A bitmap with one bit for each pixel, all of them black. */
function blackBitmap(width: number, height: number): Buffer {
  const rowBytes = Math.ceil(width / 32) * 4;
  const head = Buffer.alloc(62);
  head.write("BM");
  const fields = [
    [2, 62 + rowBytes * height],
    [10, 62],
    [14, 40],
    [18, width],
    [22, height],
    [46, 2],
    [58, 0xffffff],
  ] as const;
  for (const [at, value] of fields) head.writeInt32LE(value, at);
  head.writeInt16LE(1, 26);
  head.writeInt16LE(1, 28);
  return Buffer.concat([head, Buffer.alloc(rowBytes * height)]);
}

describe("a picture of one's own", () => {
  it("takes a file, and says what is wrong with one that is no picture", async () => {
    const page = await openPlayground();
    await page
      .locator("#file")
      .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
    await page.getByText("notes.txt cannot be shown").waitFor();
    await ask(page);
    expect(await page.getByRole("alert").textContent()).toContain("unsupported-image");
    expectComplaint(/415/u);
    const street = await readFile(join(root, "test/pictures/street.jpg"));
    await page.locator("#file").setInputFiles({ name: "mine.jpg", mimeType: "image/jpeg", buffer: street });
    await page.locator("#frame").waitFor();
    await ask(page);
    expect(await page.locator("#curl").textContent()).toContain("'@mine.jpg'");
    expect(await page.locator("#labels span").allTextContents()).toEqual(
      labelsOf(await answerOf("object-detection", "street")),
    );
  });

  it("makes a picture smaller that has more pixels than a deployment takes, and says so", async () => {
    const page = await openPlayground();
    await page
      .locator("#file")
      .setInputFiles({ name: "large.bmp", mimeType: "image/bmp", buffer: blackBitmap(2400, 1600) });
    await page.getByText("Sent as a JPEG of 1732 × 1154 pixels").waitFor();
    await ask(page);
    expect(await page.getByRole("alert").textContent()).toBe("");
    expect(await page.locator("#curl").textContent()).toContain("image/jpeg");
  });

  it("shows the picture of an address once the API has sent it along, since the page itself may load nothing from elsewhere", async () => {
    const page = await openPlayground();
    const address = `${inject("origin")}/samples/garden.png`;
    await page.locator("#address").fill(address);
    await page.getByRole("button", { name: "Use it" }).click();
    expect(await page.locator("#frame").isVisible()).toBe(false);
    await ask(page);
    expect(await page.locator("#picture").getAttribute("src")).toMatch(/^data:image\/png;base64,/u);
    expect(await page.locator("#labels span").allTextContents()).toEqual(
      labelsOf(await answerOf("object-detection", "garden")),
    );
    expect(await page.locator("#curl").textContent()).toContain(`{"image":"${address}"}`);
  });
});
