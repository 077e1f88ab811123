import { createMcpHandler, type McpRequestContext, ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { isJsonObject } from "../contract/json-object.ts";
import type { ProtocolCall } from "../contract/protocol.ts";
import type { TaskRow } from "../contract/service.ts";
import { callTool } from "./call-tool.ts";
import { bodyRefusal } from "./body-refusal.ts";
import { drawingQuestion } from "./drawing-link.ts";
import { instructionsFor } from "./instructions.ts";
import { localRefusal } from "./local-guard.ts";
import { withMetadata } from "./resource-metadata.ts";
import type { Tool } from "./tool.ts";
import { toolsFor } from "./tools.ts";

/** Largest body in bytes: an image of 1.5 MB in base64. Larger ones have an address or are uploaded; a model could not write them anyway. */
export const MAX_MCP_BODY_BYTES = 2 * 1024 * 1024;

/** Maximum number of each delimiter in a body: eight tasks with 64 labels each, and the envelope. */
const MAX_MCP_DELIMITERS = 1000;

/** How long a client may keep the list of tools, in milliseconds: it changes only when another version is deployed. */
const LIST_TTL_MS = 3_600_000;

/** What every tool is: it changes nothing, gives the same answer again, and may read the address of an image. */
const annotations = { readOnlyHint: true, idempotentHint: true, openWorldHint: true };

/** The host of an agent fills this argument with a file of the conversation. */
const fileParameters = { "openai/fileParams": ["image"] };

/** Returns a tool as `tools/list` shows it. */
function listed({ name, title, description, inputSchema, outputSchema, takesImage }: Tool) {
  return {
    name,
    title,
    description,
    inputSchema: { ...inputSchema, type: "object" as const },
    outputSchema: { ...outputSchema, type: "object" as const },
    annotations,
    ...(takesImage ? { _meta: fileParameters } : {}),
  };
}

let known: { readonly tasks: readonly TaskRow[]; readonly tools: readonly Tool[] } | undefined;

/** The tools of an API's tasks, made once. */
function toolsOf(tasks: readonly TaskRow[]): readonly Tool[] {
  if (known?.tasks !== tasks) known = { tasks, tools: toolsFor(tasks) };
  return known.tools;
}

/** Creates the server of one request, in both eras of the protocol. */
async function createServer(call: ProtocolCall, body: unknown): Promise<Server> {
  const tools = toolsOf(call.tasks);
  const cacheHints = {
    "tools/list": { ttlMs: LIST_TTL_MS, cacheScope: "public" },
    "server/discover": { ttlMs: LIST_TTL_MS, cacheScope: "public" },
  } as const;
  const info = { name: "florence-edge", title: "Florence-2 vision", version: call.version };
  const server = new Server(info, { capabilities: { tools: {} }, ...(await instructionsFor(body, call)), cacheHints });
  server.setRequestHandler("tools/list", () => ({ tools: tools.map(listed) }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (tool === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${JSON.stringify(params.name)}.`);
    }
    return callTool(tool, params.arguments, call, context);
  });
  return server;
}

/** Whether a message, or one of a list of them, asks for a tool's work: only that may cost something. */
function callsTool(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(callsTool);
  return isJsonObject(body) && body["method"] === "tools/call";
}

/** Answers `POST /mcp`. */
export async function answerMcp(call: ProtocolCall): Promise<Response> {
  const refusal = localRefusal(call.request);
  if (refusal !== undefined) return refusal;
  let body: unknown;
  try {
    body = await call.readJson({ maxBytes: MAX_MCP_BODY_BYTES, maxDelimiters: MAX_MCP_DELIMITERS });
  } catch (thrown) {
    return bodyRefusal(call.problemOf(thrown));
  }
  const noKey = callsTool(body) ? call.keyRefusal() : undefined;
  if (noKey !== undefined) return withMetadata(noKey, call.request);
  const factory = (_context: McpRequestContext) => createServer(call, body);
  return createMcpHandler(factory, { onerror: () => {} }).fetch(call.request, { parsedBody: body });
}

/** Answers `GET` of a drawing: the same answer as `/v1` gives with `overlay=svg`. */
export async function answerDrawing(call: ProtocolCall): Promise<Response> {
  const { path, body } = drawingQuestion(call.request.url);
  return call.ask({ method: "POST", path, body, signal: call.request.signal });
}
