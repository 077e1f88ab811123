import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../../tools/serve.ts";
import { startMcp } from "../mcp/support/api.ts";
import { example, type NodeRed, startNodeRed } from "./support/node-red.ts";

let api: Awaited<ReturnType<typeof startMcp>>;
let nodeRed: NodeRed;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  api = await startMcp();
  nodeRed = await startNodeRed(await example("answer-over-http", api.api));
  const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(nodeRed.url);
  await page.locator('[data-palette-type="florence-edge"]').waitFor();
});
afterAll(async () => {
  await browser.close();
  await nodeRed.stop();
  await api.stop();
});

/** Opens the form of a node, as a double click does. */
async function openNode(id: string): Promise<void> {
  await page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
  await page.locator("#node-input-task option").nth(15).waitFor({ state: "attached" });
}

const closeForm = async () => {
  await page.locator("#node-dialog-ok").click();
  await page.locator("#node-input-task").waitFor({ state: "detached" });
};

/** Labels of the form's fields for options. */
const labels = () => page.locator("#florence-edge-fields label").allTextContents();

it("shows the node's texts, the tasks in groups, and a task's options", async () => {
  await openNode("fe-http-ask");
  expect(await page.locator("label[for=node-input-returns]").textContent()).toContain("Return");
  expect(await page.locator("#node-input-task optgroup").count()).toBe(5);
  expect(await page.locator("#node-input-task").inputValue()).toBe("object-detection");
  expect(await labels()).toEqual([
    "Minimum Score",
    "Maximum Objects",
    "Maximum New Tokens",
    "Beams",
    "Box Format",
    "Include",
  ]);
  await page.locator("#node-input-task").selectOption("region-to-category");
  expect((await labels()).slice(0, 2)).toEqual(["Region", "Normalized Region"]);
  // A text has no objects, so that there is nothing to send one by one, or to draw.
  expect(await page.locator("#node-input-returns option:not([disabled])").count()).toBe(2);
  expect(await page.locator("#node-input-drawing").isVisible()).toBe(false);
  await closeForm();
});

it("a form that was filled in and deployed asks what it says", async () => {
  await openNode("fe-http-ask");
  await page.locator("#node-input-task").selectOption("region-to-category");
  await page
    .locator("#florence-edge-field-region + .red-ui-typedInput-container .red-ui-typedInput-input")
    .fill("170,0,360,170");
  await page.locator("#node-input-returns").selectOption("full");
  await closeForm();
  await page.locator("#red-ui-header-button-deploy").click();
  await page.getByText("Successfully deployed").waitFor();
  const body = await readFile(join(root, "test/pictures/street.jpg"));
  const headers = { "content-type": "image/jpeg" };
  const response = await fetch(`${nodeRed.url}/objects`, { method: "POST", headers, body });
  expect(await response.json()).toMatchObject({ type: "text", task: "region-to-category", text: "truck" });
  await openNode("fe-http-ask");
  expect(await page.locator("#florence-edge-field-region").inputValue()).toBe("170,0,360,170");
  await closeForm();
});

it("has help in the sidebar, and no error on the page", async () => {
  await page.evaluate(`RED.sidebar.help.show("florence-edge")`);
  await page.getByText("Asks a florence-edge API about a picture").waitFor();
  expect(errors).toEqual([]);
});
