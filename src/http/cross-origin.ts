import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/** Request headers that this API reads. */
const READ_HEADERS = ["Authorization", "Cache-Control", "Content-Type", "If-None-Match", "Traceparent", "X-Request-Id"];

/** Response headers that a page's script would not see otherwise. */
const EXPOSED_HEADERS = [
  "Age",
  "Allow",
  "Cache-Status",
  "ETag",
  "Link",
  "Retry-After",
  "Server-Timing",
  "X-Request-Id",
];

/** Seconds for which a browser need not ask again. No browser keeps it longer than a day; Chromium keeps it two hours. */
export const PREFLIGHT_SECONDS = 86_400;

const ANYWHERE = "*";
const EXPOSED = EXPOSED_HEADERS.join(",");

const preflight = cors({
  origin: ANYWHERE,
  allowMethods: ["GET", "HEAD", "POST"],
  allowHeaders: [...READ_HEADERS, "*"],
  exposeHeaders: EXPOSED_HEADERS,
  maxAge: PREFLIGHT_SECONDS,
});

/**
 * Any page may ask: nothing here rests on cookies, so a page learns nothing that its own server could not ask for. Headers that a caller's tools
 * add, those of a trace for one, are let through by the star, which covers all but Authorization. Other answers than preflights' get their two headers
 * when they are there: hono's own are written on an empty response first, and a cached answer took a quarter longer to make.
 */
export const crossOrigin: MiddlewareHandler = async (context, next) => {
  if (context.req.method === "OPTIONS") return preflight(context, next);
  await next();
  context.res.headers.set("access-control-allow-origin", ANYWHERE);
  context.res.headers.set("access-control-expose-headers", EXPOSED);
};

/** Whether a browser asks if its page may ask. */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");
}
