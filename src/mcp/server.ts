import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import type { ProtocolCall } from "../contract/protocol.ts";
import type { TaskRow } from "../contract/service.ts";
import { callTool } from "./call-tool.ts";
import { instructionsFor } from "./instructions.ts";
import type { Tool } from "./tool.ts";
import { toolsFor } from "./tools.ts";

/** How long a client may keep the list of tools, in milliseconds: it changes only when another version is deployed. */
const LIST_TTL_MS = 3_600_000;

const cacheHint = { ttlMs: LIST_TTL_MS, cacheScope: "public" } as const;

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

let made: { readonly tasks: readonly TaskRow[]; readonly tools: readonly Tool[] } | undefined;

/** The tools of an API's tasks, made once. */
function toolsOf(tasks: readonly TaskRow[]): readonly Tool[] {
  if (made?.tasks !== tasks) made = { tasks, tools: toolsFor(tasks) };
  return made.tools;
}

/** Creates the server of one request, in either era of the protocol. `body` is the request's message. */
export async function createServer(call: ProtocolCall, body: unknown): Promise<Server> {
  const tools = toolsOf(call.tasks);
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
