/**
 * What went wrong, in the words of the API's problems (https://www.rfc-editor.org/rfc/rfc9457) or of this package.
 * @typedef {object} Problem
 * @property {string} code Stable: what flows should look at.
 * @property {string} title
 * @property {string} detail
 * @property {string} fix What to do about it.
 * @property {boolean} retryable Whether the same question may succeed later.
 * @property {number} [status] Of the API's answer, if there was one.
 */

/** The problems of this package; all others come from the API. The codes of the first three are those of `florence-edge-client`. */
export const ownProblems = /** @type {const} */ ({
  "connection-failed": {
    title: "The API cannot be reached",
    fix: "Check the address in the node's API settings, and that the API is running.",
    retryable: true,
  },
  timeout: {
    title: "The API took too long",
    fix: "Ask with a smaller image or fewer beams, or set a longer httpRequestTimeout in Node-RED's settings.js.",
    retryable: true,
  },
  "invalid-response": {
    title: "The answer is not one of florence-edge",
    fix: "Check that the address in the node's API settings is that of a florence-edge API.",
    retryable: false,
  },
  "api-required": { title: "No API is chosen", fix: "Open the node and choose or add an API.", retryable: false },
  "task-unknown": {
    title: "There is no such task",
    fix: "Choose a task in the node, or set msg.task to the name of one.",
    retryable: false,
  },
  "option-unknown": {
    title: "The task does not have this option",
    fix: "Remove it from msg.options.",
    retryable: false,
  },
  "image-required": {
    title: "The message has no image",
    fix: "Put the file's bytes (a Buffer), its https address or its base64 into msg.payload, or its address into msg.url, or choose another property in the node.",
    retryable: false,
  },
});

/** Every failure of this package. Node-RED passes `code` and `cause` on to Catch nodes, as `msg.error.code` and `msg.error.cause`. */
export class FlorenceError extends Error {
  name = "Florence Edge";

  /**
   * @param {Problem} problem
   * @param {number} [retryAfterSeconds] How long the API asks to wait before the next question.
   */
  constructor(problem, retryAfterSeconds) {
    const { code, title, detail, fix, status } = problem;
    const known = status === undefined ? code : `${code}, ${status}`;
    super([`${title} (${known}).`, detail, fix].filter(Boolean).join(" "), { cause: problem });
    this.code = code;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * An error with a problem of this package.
 * @param {keyof typeof ownProblems} code
 * @param {string} detail What happened here.
 * @param {number} [status]
 * @param {boolean} [retryable] Instead of the row's.
 */
export function ownError(code, detail, status, retryable = ownProblems[code].retryable) {
  const { title, fix } = ownProblems[code];
  return new FlorenceError({ code, title, detail, fix, retryable, ...(status !== undefined && { status }) });
}
