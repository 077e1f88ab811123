import { createMcpHandler } from "@modelcontextprotocol/server";
import { isJsonObject } from "../contract/json-object.ts";
import { Problem } from "../contract/problems.ts";
import type { ProtocolCall } from "../contract/protocol.ts";
import { bodyRefusal } from "./body-refusal.ts";
import { drawingQuestion } from "./drawing-link.ts";
import { hostRefusal } from "./host-guard.ts";
import { withMetadata } from "./resource-metadata.ts";
import { createServer } from "./server.ts";

/** Largest body in bytes: an image of 1.5 MB in base64. Larger ones have an address or are uploaded; a model could not write them anyway. */
export const MAX_MCP_BODY_BYTES = 2 * 1024 * 1024;

/** Maximum number of each delimiter in a body: eight tasks with 64 labels each, and the envelope. */
const MAX_MCP_DELIMITERS = 1000;

/** Most streams of an isolate on which clients wait for news of the list of tools. There is never any, so this only bounds what they hold. */
const MAX_SUBSCRIPTIONS = 100;

/** A request that is being answered, and its message. */
interface Asked {
  readonly call: ProtocolCall;
  readonly body: unknown;
}

const asked = new WeakMap<Request, Asked>();

const handler = createMcpHandler(
  ({ requestInfo }) => {
    const of = requestInfo && asked.get(requestInfo);
    if (of === undefined) throw new Error("A request is answered that nobody has sent.");
    return createServer(of.call, of.body).catch((thrown: unknown) => {
      // The package answers 500, and tells nobody why.
      of.call.problemOf(thrown);
      throw thrown;
    });
  },
  { maxSubscriptions: MAX_SUBSCRIPTIONS },
);

/** Whether a message, or one of a list of them, asks for a tool's work: only that may cost something. */
function callsTool(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(callsTool);
  return isJsonObject(body) && body["method"] === "tools/call";
}

async function answerBody(call: ProtocolCall, body: unknown): Promise<Response> {
  const noKey = callsTool(body) ? call.keyRefusal() : undefined;
  if (noKey !== undefined) return withMetadata(noKey, call.request);
  asked.set(call.request, { call, body });
  return handler.fetch(call.request, { parsedBody: body });
}

/** Answers `POST /mcp`: revision 2026-07-28 of the Model Context Protocol, and those of 2025. Nothing is kept between two requests. `hosts` are the names under which it may be called; any if empty. */
export async function answerMcp(call: ProtocolCall, hosts: readonly string[]): Promise<Response> {
  const refusal = hostRefusal(call.request, hosts);
  if (refusal !== undefined) return refusal;
  let body: unknown;
  try {
    body = await call.readJson({ maxBytes: MAX_MCP_BODY_BYTES, maxDelimiters: MAX_MCP_DELIMITERS });
  } catch (thrown) {
    return bodyRefusal(call.problemOf(thrown));
  }
  return answerBody(call, body);
}

/**
 * Answers `GET` of a drawing: the same answer as `/v1` gives with `overlay=svg`. Only tasks have drawings: no other operation may be asked with GET. Throws
 * `unknown-task`. Where answers need a key, a payment without one is not asked for, since none is passed on.
 */
export async function answerDrawing(call: ProtocolCall): Promise<Response> {
  const { task, path, body } = drawingQuestion(call.request.url);
  if (!call.tasks.some(({ name }) => name === task)) {
    throw new Problem("unknown-task", "The last part of the address is the name of no task.");
  }
  const noKey = call.keyRefusal();
  if (noKey !== undefined) return noKey;
  return call.ask({ method: "POST", path, body, signal: call.request.signal });
}
