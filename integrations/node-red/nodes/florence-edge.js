import { answer } from "../lib/answer.js";
import { FlorenceError } from "../lib/florence-error.js";

/**
 * Registers the configuration node and the node.
 * @param {import("node-red").NodeAPI} RED
 */
// oxlint-disable-next-line import/no-default-export -- Node-RED calls the default export
export default function register(RED) {
  /**
   * @this {import("../lib/answer.js").ApiNode}
   * @param {import("node-red").NodeDef & { readonly url: string }} config
   */
  function Api(config) {
    RED.nodes.createNode(this, config);
    this.url = config.url;
  }
  RED.nodes.registerType("florence-edge-api", Api, { credentials: { key: { type: "password" } } });

  /**
   * @this {import("node-red").Node}
   * @param {import("node-red").NodeDef & import("../lib/answer.js").Config} config
   */
  function Florence(config) {
    RED.nodes.createNode(this, config);
    listen(RED, this, config);
  }
  RED.nodes.registerType("florence-edge", Florence);
}

/**
 * @param {import("node-red").NodeAPI} RED
 * @param {import("node-red").Node} node
 * @param {import("../lib/answer.js").Config} config
 */
function listen(RED, node, config) {
  const stop = new AbortController();
  let asking = 0;
  const show = (/** @type {unknown} */ error) => node.status(statusOf(RED, asking, error));
  /**
   * @param {import("node-red").NodeMessageInFlow} msg
   * @param {(message: import("node-red").NodeMessage) => void} send
   * @param {(error?: Error) => void} done
   */
  const handle = async (msg, send, done) => {
    asking += 1;
    show(undefined);
    const outcome = await answer(RED, node, config, msg, stop.signal).then(
      (messages) => ({ messages, error: undefined }),
      (error) => ({ messages: [], error }),
    );
    asking -= 1;
    // The flow was stopped or deployed anew: nobody waits for this answer.
    if (stop.signal.aborted) return done();
    show(outcome.error);
    for (const message of outcome.messages) send(message);
    done(outcome.error);
  };
  node.on("input", (msg, send, done) => void handle(msg, send, done));
  node.on("close", () => {
    stop.abort();
    node.status({});
  });
}

/**
 * What the editor shows below the node.
 * @param {import("node-red").NodeAPI} RED
 * @param {number} asking Questions in progress.
 * @param {unknown} error Of the last question.
 * @returns {import("node-red").NodeStatus}
 */
function statusOf(RED, asking, error) {
  if (error !== undefined) {
    const text = error instanceof FlorenceError ? error.problem.title : Object(error).message;
    return { fill: "red", shape: "ring", text };
  }
  if (asking === 0) return {};
  const text = RED._(asking === 1 ? "florence-edge.status.asking" : "florence-edge.status.asking-several", {
    count: asking,
  });
  return { fill: "blue", shape: "dot", text };
}
