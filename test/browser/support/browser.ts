import { type Browser, type BrowserContextOptions, chromium, type Page, type ViewportSize } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

/** Path of Chromium: Debian's by default. */
const CHROMIUM_PATH = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** No sandbox, since tests may run as root; and no background network requests of the browser itself. */
const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Common screen sizes. */
export const screens = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  narrow: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>;

let browser: Browser;
let errors: string[] = [];

/** Records what a page must never do: log an error or warning, throw, or send a request to another origin. */
function recordErrors(page: Page): void {
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== inject("origin")) errors.push(`asked ${request.url()}`);
  });
}

/** Starts the browser for a file's tests. Each test fails on unexpected errors of its pages. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM_PATH, args: CHROMIUM_FLAGS });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    const unexpected = errors;
    errors = [];
    expect(unexpected).toEqual([]);
  });
  afterAll(() => browser.close());
}

/** Expects an error of a page, and removes all that match. */
export function expectBrowserError(pattern: RegExp): void {
  expect(errors.some((error) => pattern.test(error))).toBe(true);
  errors = errors.filter((error) => !pattern.test(error));
}

/** Prepares a page before it is opened. */
export type Prepare = (page: Page) => Promise<void>;

/** Opens a page of the server in a new context, which is closed after the test. */
export async function openPage(
  path: string,
  options: BrowserContextOptions = screens.desktop,
  prepare: Prepare = async () => {},
): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  recordErrors(page);
  await prepare(page);
  await page.goto(`${inject("origin")}${path}`);
  return page;
}

/** Opens a page that takes screenshots of SVG files, as PNGs of this size in pixels; it gets the files under this Content-Security-Policy. */
export async function openSvgPage(policy: string): Promise<(svg: string, size: ViewportSize) => Promise<Buffer>> {
  const page = await (await browser.newContext()).newPage();
  const url = "http://drawing.test/";
  let body = "";
  const headers = { "content-security-policy": policy };
  await page.route(url, (route) => route.fulfill({ body, contentType: "image/svg+xml", headers }));
  return async (svg, size) => {
    body = svg;
    await page.setViewportSize(size);
    await page.goto(url);
    return page.screenshot();
  };
}
