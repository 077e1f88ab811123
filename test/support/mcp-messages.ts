import type { Hono } from "hono";

/** A message of the server. */
export interface McpMessage {
  readonly method?: string;
  readonly params?: { readonly progress?: number; readonly message?: string };
  readonly result?: {
    readonly tools?: readonly Record<string, unknown>[];
    readonly content?: readonly Record<string, unknown>[];
    readonly structuredContent?: Record<string, unknown>;
    readonly isError?: boolean;
    readonly [member: string]: unknown;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

/** What was answered: the last message, and those before it. */
export interface McpReply {
  readonly response: Response;
  readonly last: McpMessage;
  readonly before: readonly McpMessage[];
}

const VERSION = "2026-07-28";

const accepted = { "content-type": "application/json", accept: "application/json, text/event-stream" };

async function replyOf(response: Response): Promise<McpReply> {
  const text = await response.text();
  const isStream = response.headers.get("content-type") === "text/event-stream";
  const messages: readonly McpMessage[] = isStream
    ? [...text.matchAll(/^data: (?<data>.*)$/gmu)].map(({ groups }) => JSON.parse(groups?.["data"] ?? ""))
    : [JSON.parse(text === "" ? "{}" : text)];
  return { response, last: messages.at(-1) ?? {}, before: messages.slice(0, -1) };
}

type Send = (
  method: string,
  params?: Readonly<Record<string, unknown>>,
  headers?: Readonly<Record<string, string>>,
  signal?: AbortSignal,
) => Promise<McpReply>;

/** Clients of an application in both eras of the protocol, at this origin. */
export function mcpClients(app: Pick<Hono, "request">, origin = "https://florence.test") {
  const post = async (message: object, headers: Readonly<Record<string, string>>, signal?: AbortSignal) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, ...message });
    const init = { method: "POST", body, headers: { ...accepted, ...headers }, ...(signal && { signal }) };
    return replyOf(await app.request(`${origin}/mcp`, init));
  };
  const legacy: Send = (method, params = {}, headers = {}, signal) =>
    post({ method, params }, { "mcp-protocol-version": "2025-11-25", ...headers }, signal);
  const modern: Send = (method, { _meta: meta = {}, ...params } = {}, headers = {}, signal) => {
    const envelope = {
      "io.modelcontextprotocol/protocolVersion": VERSION,
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const name = params["name"];
    return post(
      { method, params: { ...params, _meta: { ...envelope, ...Object(meta) } } },
      {
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
        ...(typeof name === "string" && { "mcp-name": name }),
        ...headers,
      },
      signal,
    );
  };
  return { legacy, modern };
}
