import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/** Request headers that this API reads. */
const REQUEST_HEADERS = [
  "Authorization",
  "Cache-Control",
  "Content-Encoding",
  "Content-Type",
  "Idempotency-Key",
  "If-None-Match",
  "Prefer",
  "Traceparent",
  "X-Request-Id",
];

/** Response headers that a script of another origin can read only if they are exposed. */
const EXPOSED_HEADERS = [
  "Accept-Encoding",
  "Age",
  "Allow",
  "Cache-Status",
  "ETag",
  "Link",
  "Location",
  "Preference-Applied",
  "Retry-After",
  "Server-Timing",
  "X-Request-Id",
];

/** Seconds for which a browser may cache a preflight. No browser caches it longer than a day; Chromium caches it for two hours. */
export const PREFLIGHT_SECONDS = 86_400;

/** Request headers that this API reads where it has accounts. */
const ACCOUNT_REQUEST_HEADERS = ["Max-Price", "Ocp-Apim-Subscription-Key", "PAYMENT-SIGNATURE", "X-API-Key"];

/** Response headers of accounts. */
const ACCOUNT_EXPOSED_HEADERS = [
  "Balance",
  "Charge",
  "PAYMENT-REQUIRED",
  "PAYMENT-RESPONSE",
  "RateLimit",
  "RateLimit-Policy",
  "WWW-Authenticate",
];

const ANY_ORIGIN = "*";

/** What differs between deployments. */
interface CrossOriginOptions {
  readonly hasAccounts: boolean;
}

function exposedHeaders(hasAccounts: boolean): string[] {
  return [...EXPOSED_HEADERS, ...(hasAccounts ? ACCOUNT_EXPOSED_HEADERS : [])];
}

/** Lets pages of every origin read a response. */
export function allowAnyOrigin({ hasAccounts }: CrossOriginOptions): (headers: Headers) => void {
  const exposed = exposedHeaders(hasAccounts).join(",");
  return (headers) => {
    headers.set("access-control-allow-origin", ANY_ORIGIN);
    headers.set("access-control-expose-headers", exposed);
  };
}

/**
 * Allows requests from every origin. The API uses no cookies, so a page can read only what its own server could request as well. The `*`
 * among the allowed headers permits headers that a caller's tools add, for example for traces; it covers all headers but Authorization.
 * Responses other than preflights get their two headers after the handler: hono's middleware sets them on an empty response first, which made
 * a cached answer take 25 % longer.
 */
export function crossOrigin({ hasAccounts }: CrossOriginOptions): MiddlewareHandler {
  const read = [...REQUEST_HEADERS, ...(hasAccounts ? ACCOUNT_REQUEST_HEADERS : [])];
  const preflight = cors({
    origin: ANY_ORIGIN,
    allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    allowHeaders: [...read, "*"],
    exposeHeaders: exposedHeaders(hasAccounts),
    maxAge: PREFLIGHT_SECONDS,
  });
  const allow = allowAnyOrigin({ hasAccounts });
  return async (context, next) => {
    if (context.req.method === "OPTIONS") return preflight(context, next);
    await next();
    allow(context.res.headers);
  };
}

/** Whether a request is a CORS preflight. */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");
}
