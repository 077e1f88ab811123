import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

/** Debian's; another may be named. */
const CHROMIUM_PATH = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** No sandbox, since tests may run as root; and nothing of the browser's own that asks the network. */
const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Screens that people have. */
export const screens = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  narrow: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>;

let browser: Browser;
let complaints: string[] = [];

/** What a page must never do: complain on its console, throw, or ask anybody but its own server. */
function watch(page: Page): void {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== inject("origin")) complaints.push(`asked ${request.url()}`);
  });
}

/** Starts the browser for a file's tests, and holds against each test what its pages complained of. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: CHROMIUM_FLAGS });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    const told = complaints;
    complaints = [];
    expect(told).toEqual([]);
  });
  afterAll(() => browser.close());
}

/** Complaints that a test expects: those that match are taken away. */
export function expectComplaint(pattern: RegExp): void {
  expect(complaints.some((complaint) => pattern.test(complaint))).toBe(true);
  complaints = complaints.filter((complaint) => !pattern.test(complaint));
}

/** A page of the server in a context of its own; closed after the test. */
export async function openPage(path: string, options: BrowserContextOptions = screens.desktop): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  watch(page);
  await page.goto(`${inject("origin")}${path}`);
  return page;
}
