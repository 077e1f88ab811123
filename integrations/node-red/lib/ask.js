import { setTimeout as sleep } from "node:timers/promises";
import { FlorenceError, ownError } from "./florence-error.js";
import { answerOf, errorOf } from "./reply.js";

/** Questions after the first. Two pass over a restart or a short overload; more would only load an API that is down. */
export const MAX_RETRIES = 2;

/** The wait before the first retry, in milliseconds, if the API names none; it doubles for the second. */
export const FIRST_RETRY_MS = 500;

const USER_AGENT = "florence-edge-node-red/0.1.0";

/**
 * Where and how questions are asked.
 * @typedef {object} Connection
 * @property {string} url Of the API, with or without a slash at the end.
 * @property {string} key Of an account, where answers need one; else empty.
 * @property {number} timeoutMs For one question, with its retries.
 * @property {AbortSignal} signal Ends all questions: the flow has stopped.
 * @property {typeof fetch} [fetch]
 * @property {(ms: number) => Promise<unknown>} [wait]
 */

/**
 * @param {Connection} connection
 * @returns {Record<string, string>}
 */
function headersOf({ key }) {
  const headers = { accept: "application/json, image/*, application/problem+json", "user-agent": USER_AGENT };
  // One id for all retries: whatever the first of them was charged for is not charged again.
  return key ? { ...headers, authorization: `Bearer ${key}`, "idempotency-key": crypto.randomUUID() } : headers;
}

/**
 * What fetch throws, as an error of this package.
 * @param {unknown} thrown
 * @param {string} url
 */
function errorOfFailure(thrown, url) {
  if (thrown instanceof FlorenceError) return thrown;
  if (thrown instanceof Error && thrown.name === "TimeoutError") return ownError("timeout", `${url} did not answer.`);
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  // A connection that was tried at several addresses fails with an error without a message.
  const detail = cause instanceof Error ? cause.message || cause.name : "no connection";
  return ownError("connection-failed", `${url}: ${detail}.`);
}

/**
 * How long to wait before the next attempt, in milliseconds.
 * @param {FlorenceError} error
 * @param {number} made Attempts so far, from 1.
 */
function delayOf({ retryAfterSeconds }, made) {
  return retryAfterSeconds === undefined ? FIRST_RETRY_MS * 2 ** (made - 1) : retryAfterSeconds * 1000;
}

/**
 * Asks one question, and returns its answer. Throws `FlorenceError`. Repeats what the API says may succeed later, if there is time for that.
 * @param {Connection} connection
 * @param {string} path
 * @param {() => FormData} form Made anew for each attempt.
 */
export async function ask(connection, path, form) {
  const url = connection.url.replace(/\/+$/u, "") + path;
  const headers = headersOf(connection);
  const signal = AbortSignal.any([connection.signal, AbortSignal.timeout(connection.timeoutMs)]);
  const endMs = Date.now() + connection.timeoutMs;
  const wait = connection.wait ?? ((ms) => sleep(ms, undefined, { signal: connection.signal }));
  const attempt = async () => {
    const init = { method: "POST", body: form(), headers, signal, redirect: /** @type {const} */ ("manual") };
    const response = await (connection.fetch ?? fetch)(url, init);
    if (!response.ok) throw await errorOf(response, Date.now());
    return answerOf(response);
  };
  for (let made = 1; ; made += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = errorOfFailure(thrown, url);
      const delay = delayOf(error, made);
      const isLast = made > MAX_RETRIES || Date.now() + delay >= endMs || signal.aborted;
      if (isLast || !error.problem.retryable) throw error;
      await wait(delay);
    }
  }
}
