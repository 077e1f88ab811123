/** Options that say how objects are written, which a drawing has no use for and the API refuses with one. */
const OF_WRITING = new Set(["box_format", "include"]);

/**
 * How an answer is returned.
 * @typedef {"simplified" | "full" | "objects"} Form
 */

/**
 * The options of the request for the answer.
 * @param {Form} form
 * @param {readonly (readonly [string, string])[]} options
 * @returns {readonly (readonly [string, string])[]}
 */
export function answerOptions(form, options) {
  return form === "simplified" ? [...options, ["format", "flat"]] : options;
}

/**
 * The options of the request for the drawing.
 * @param {string} format `svg` or `png`
 * @param {readonly (readonly [string, string])[]} options
 * @returns {readonly (readonly [string, string])[]}
 */
export function drawingOptions(format, options) {
  return [...options.filter(([name]) => !OF_WRITING.has(name)), ["overlay", format]];
}

/**
 * What the messages about an answer have: one for each object, if that is wanted and there are objects, else one.
 * @param {Form} form
 * @param {unknown} answer
 * @returns {readonly Readonly<Record<string, unknown>>[]}
 */
export function contentsOf(form, answer) {
  if (form !== "objects" || typeof answer !== "object" || answer === null || !("objects" in answer)) {
    return [{ payload: answer }];
  }
  const { objects, ...about } = answer;
  if (!Array.isArray(objects)) return [{ payload: answer }];
  return objects.map((payload) => ({ payload, answer: about }));
}
