import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import type { ProtocolCall } from "../contract/protocol.ts";
import { callTool } from "./call-tool.ts";
import { instructionsFor } from "./instructions.ts";
import type { Tool } from "./tool.ts";
import { type ToolSettings, toolsFor } from "./tools.ts";

/** How long a client may keep the list of tools, in milliseconds: it changes only when another version is deployed. */
const LIST_TTL_MS = 3_600_000;

const cacheHint = { ttlMs: LIST_TTL_MS, cacheScope: "public" } as const;

/** What a host may know of a tool before it calls it: whether it changes something, which it then only adds, and that it may read the address of an image. */
function annotationsOf({ isReadOnly }: Tool) {
  return { readOnlyHint: isReadOnly, ...(!isReadOnly && { destructiveHint: false }), openWorldHint: true };
}

/** The host of an agent fills this argument with a file of the conversation. */
const fileParameters = { "openai/fileParams": ["image"] };

/** Returns a tool as `tools/list` shows it. */
function listed(tool: Tool) {
  const { name, title, description, inputSchema, outputSchema, takesImage } = tool;
  return {
    name,
    title,
    description,
    inputSchema: { ...inputSchema, type: "object" as const },
    outputSchema: { ...outputSchema, type: "object" as const },
    annotations: annotationsOf(tool),
    ...(takesImage ? { _meta: fileParameters } : {}),
  };
}

let made: { readonly settings: ToolSettings; readonly tools: readonly Tool[] } | undefined;

/** The tools of a deployment, made once. */
function toolsOf({ tasks, hasJobs }: ToolSettings): readonly Tool[] {
  const settings = { tasks, hasJobs };
  if (made?.settings.tasks !== tasks || made.settings.hasJobs !== hasJobs) {
    made = { settings, tools: toolsFor(settings) };
  }
  return made.tools;
}

/** Creates the server of one request, in either era of the protocol. `body` is the request's message. */
export async function createServer(call: ProtocolCall, body: unknown): Promise<Server> {
  const tools = toolsOf(call);
  const info = { name: "florence-edge", title: "Florence-2 vision", version: call.version };
  const server = new Server(info, {
    capabilities: { tools: {} },
    cacheHints: { "tools/list": cacheHint, "server/discover": cacheHint },
    ...(await instructionsFor(body, call)),
  });
  server.setRequestHandler("tools/list", () => ({ tools: tools.map(listed) }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (tool !== undefined) return callTool(tool, params.arguments, call, context);
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${JSON.stringify(params.name)}.`);
  });
  return server;
}
