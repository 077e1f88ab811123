import { ask } from "./ask.js";
import { ownError } from "./florence-error.js";
import { answerOptions, contentsOf, drawingOptions } from "./messages.js";
import { firstImage, formOf, optionsOf } from "./question.js";
import { taskOf } from "./tasks.js";

/** As long as Node-RED's own HTTP request node waits, in milliseconds, unless its settings say otherwise. */
const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * A value as the editor's typed input stores it.
 * @typedef {{ readonly value: string, readonly type: string }} TypedValue
 */

/**
 * What the editor stores of a node.
 * @typedef {object} Config
 * @property {string} api Id of the configuration node.
 * @property {string} task Empty: `msg.task`.
 * @property {string} image
 * @property {string} imageType
 * @property {Readonly<Record<string, TypedValue>>} [options]
 * @property {import("./messages.js").Form} returns
 * @property {"" | "svg" | "png"} drawing
 */

/** @typedef {import("node-red").NodeAPI} Runtime */
/** @typedef {import("node-red").Node} Node */
/** @typedef {import("node-red").NodeMessage & { url?: unknown, task?: unknown, options?: unknown, parts?: unknown }} Message */
/** @typedef {import("node-red").Node<{ key: unknown }> & { url: string }} ApiNode */

/**
 * @param {Runtime} RED
 * @param {Node} node
 * @param {Message} msg
 * @param {TypedValue} typed
 * @returns {Promise<unknown>}
 */
function evaluated(RED, node, msg, { value, type }) {
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(value, type, node, msg, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}

/**
 * The node's options, and those of the message, which win.
 * @param {Runtime} RED
 * @param {Node} node
 * @param {Config} config
 * @param {Message} msg
 */
async function optionValues(RED, node, { options = {} }, msg) {
  const entries = Object.entries(options).map(async ([name, typed]) => [name, await evaluated(RED, node, msg, typed)]);
  return { ...Object.fromEntries(await Promise.all(entries)), ...Object(msg.options) };
}

/**
 * Whether a configuration node is one of ours, with an address.
 * @param {Node | null} node
 * @returns {node is ApiNode}
 */
function isApi(node) {
  return node !== null && "url" in node && typeof node.url === "string" && node.url !== "";
}

/**
 * Where the question goes. Throws `api-required`.
 * @param {Runtime} RED
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {import("./ask.js").Connection}
 */
function connectionOf(RED, id, signal) {
  const api = RED.nodes.getNode(id);
  if (!isApi(api)) throw ownError("api-required", "The node has no API, or the API no address.");
  const { httpRequestTimeout } = Object(RED.settings);
  const timeoutMs = Number(httpRequestTimeout) || DEFAULT_TIMEOUT_MS;
  const { key } = Object(api.credentials);
  return { url: api.url, key: typeof key === "string" ? key : "", signal, timeoutMs };
}

/**
 * One message for each object. A part of a message that is one itself keeps that in `parts.parts`, as Node-RED's Split node does.
 * @param {Runtime} RED
 * @param {Message} msg
 * @param {readonly Readonly<Record<string, unknown>>[]} contents
 * @returns {readonly Message[]}
 */
function separate(RED, msg, contents) {
  const { payload: _, parts, ...others } = msg;
  const id = RED.util.generateId();
  return contents.map((content, index) => {
    const place = { id, type: "array", count: contents.length, index, ...(parts === undefined ? {} : { parts }) };
    return { ...RED.util.cloneMessage(others), ...content, parts: place };
  });
}

/**
 * Asks, and returns the messages to send. Throws `FlorenceError`.
 * @param {Runtime} RED
 * @param {Node} node
 * @param {Config} config
 * @param {Message} msg
 * @param {AbortSignal} signal Ends the question.
 * @returns {Promise<readonly Message[]>}
 */
export async function answer(RED, node, config, msg, signal) {
  const { returns, drawing } = config;
  const connection = connectionOf(RED, config.api, signal);
  const task = taskOf(config.task || msg.task);
  const options = optionsOf(task, await optionValues(RED, node, config, msg));
  const chosen = await evaluated(RED, node, msg, { value: config.image, type: config.imageType });
  const image = firstImage([chosen, msg.url]);
  const get = (/** @type {readonly (readonly [string, string])[]} */ sent) =>
    ask(connection, task.path, () => formOf(image, sent));
  const contents = contentsOf(returns, await get(answerOptions(returns, options)));
  const drawn = drawing ? { drawing: await get(drawingOptions(drawing, options)) } : {};
  if (returns === "objects") return separate(RED, Object.assign(msg, drawn), contents);
  return [Object.assign(msg, ...contents, drawn)];
}
