import { FlorenceError, ownError } from "./florence-error.js";

/** Statuses of proxies and gateways, which send no problem: the same request may succeed soon. */
const TRANSIENT = new Set([408, 429, 502, 503, 504]);

/**
 * @param {string} text
 * @returns {unknown} undefined if it is no JSON
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether a body is a problem of the API, and not a page of a proxy.
 * @param {unknown} value
 * @returns {value is import("./florence-error.js").Problem}
 */
function isProblem(value) {
  return typeof value === "object" && value !== null && "code" in value && "title" in value && "fix" in value;
}

/**
 * Seconds from now, of a Retry-After header in either of its two forms.
 * @param {string | null} header
 * @param {number} nowMs
 */
export function secondsOf(header, nowMs) {
  if (header === null) return undefined;
  const seconds = /^\d+$/u.test(header) ? Number(header) : (Date.parse(header) - nowMs) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/**
 * The error of a reply whose status is not 200.
 * @param {Response} response
 * @param {number} nowMs
 */
export async function errorOf(response, nowMs) {
  const { status, headers } = response;
  const seconds = secondsOf(headers.get("retry-after"), nowMs);
  const body = parsed(await response.text());
  if (isProblem(body)) return new FlorenceError(body, seconds);
  const detail = `The server answered with status ${status} and without a problem.`;
  return new FlorenceError(ownError("invalid-response", detail, status, TRANSIENT.has(status)).problem, seconds);
}

/**
 * The answer as the node passes it on: JSON as an object, an SVG as a text, a PNG as a Buffer.
 * @param {Response} response
 * @returns {Promise<unknown>}
 */
export async function answerOf(response) {
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("image/svg+xml")) return response.text();
  if (type.startsWith("image/")) return Buffer.from(await response.arrayBuffer());
  const answer = parsed(await response.text());
  if (typeof answer === "object" && answer !== null) return answer;
  throw ownError("invalid-response", "The body is no JSON object.", response.status);
}
