import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { root } from "../../tools/serve.ts";
import { isMark, turnedImages } from "../support/turned-images.ts";
import { answerOf, labelsOf } from "./support/expected.ts";
import { expectBrowserError, useBrowser } from "./support/browser.ts";
import { openPlayground, submit } from "./support/playground.ts";

useBrowser();

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

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
    expect(await page.locator("#picture").getAttribute("src")).toMatch(/^blob:/u);
    expect(await page.locator("#labels span").allTextContents()).toEqual(
      labelsOf(await answerOf("object-detection", "garden")),
    );
    expect(await page.locator("#curl").textContent()).toContain(`{"image":"${url}"}`);
  });

  it("is shown upright if it is at a URL and EXIF turns it", async () => {
    const turned = (await turnedImages()).find(({ image }) => image.orientation === 6);
    if (turned === undefined) throw new Error("There is no such image.");
    const server = createServer((_, response) => response.end(turned.image.bytes)).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const page = await openPlayground();
    await page.locator("#address").fill(`http://127.0.0.1:${portOf(server)}/turned.jpg`);
    await page.getByRole("button", { name: "Use it" }).click();
    await submit(page);
    const { x1, y1, x2, y2 } = turned.mark;
    const places = [
      [x1 + 2, y1 + 2],
      [x2 - 2, y2 - 2],
      [x1 - 2, y1 - 2],
    ];
    const colours = await page.locator("#picture").evaluate(
      async (element, { size, points }) => {
        if (!(element instanceof HTMLImageElement)) throw new TypeError("#picture is no image.");
        await element.decode();
        const context = new OffscreenCanvas(size.width, size.height).getContext("2d", { willReadFrequently: true });
        context?.drawImage(element, 0, 0, size.width, size.height);
        return points.map(([x = 0, y = 0]) => [...(context?.getImageData(x, y, 1, 1).data ?? [])]);
      },
      { size: { width: turned.image.width, height: turned.image.height }, points: places },
    );
    expect(colours.map(([red = 0, green = 0, blue = 0]) => isMark(red, green, blue))).toEqual([true, true, false]);
  });
});
