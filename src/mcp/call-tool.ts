import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject, withoutNulls } from "../contract/json-object.ts";
import { type ProblemDetails, ProblemDetails as ProblemSchema } from "../contract/problem-details.ts";
import type { ProtocolCall } from "../contract/protocol.ts";
import { drawingLink } from "./drawing-link.ts";
import { problemText } from "./problem-text.ts";
import { type Progress, streamedAnswer } from "./streamed-answer.ts";
import type { Asked, Tool } from "./tool.ts";

/** A reply of `/v1`: an answer, and what it cost where it cost something, or a problem. */
type Reply =
  | { readonly answer: unknown; readonly charge: number | undefined }
  | { readonly problem: ProblemDetails; readonly retryAfter: string | null };

/** The whole number at the begin of `Charge` (RFC 9651). */
function chargeOf({ headers }: Response): number | undefined {
  const [amount] = /^\d+/u.exec(headers.get("charge") ?? "") ?? [];
  return amount === undefined ? undefined : Number(amount);
}

async function replyOf(
  asked: Asked,
  call: ProtocolCall,
  progress: Progress | undefined,
  signal: AbortSignal,
): Promise<Reply> {
  const isStreamed = progress !== undefined && asked.canStream;
  const body = isStreamed ? { ...asked.body, stream: true } : asked.body;
  const { method = "POST", path, waitSeconds } = asked;
  const response = await call.ask({ method, path, body, waitSeconds, signal });
  if (!response.ok) {
    return { problem: ProblemSchema.parse(await response.json()), retryAfter: response.headers.get("retry-after") };
  }
  if (isStreamed) return streamedAnswer(call.events(response), progress);
  return { answer: await response.json(), charge: chargeOf(response) };
}

function drawingBlock({ body, drawn }: Asked, { request, needsKey }: ProtocolCall): CallToolResult["content"] {
  const image = body?.["image"];
  if (drawn === undefined || typeof image !== "string") return [];
  const uri = drawingLink(new URL(request.url).origin, image, drawn);
  if (uri === undefined) return [];
  const description = `The answer drawn over the picture.${needsKey ? " Opening it needs the key." : ""}`;
  return [
    { type: "resource_link", uri, name: `${drawn.task}.svg`, title: "Drawing", mimeType: "image/svg+xml", description },
  ];
}

function failed(problem: ProblemDetails, retryAfter: string | null = null): CallToolResult {
  return { content: [{ type: "text", text: problemText(problem, retryAfter) }], isError: true };
}

/** What this call cost, where answers cost something. */
function costOf(charge: number | undefined) {
  return charge === undefined ? {} : { _meta: { "florence-edge/charge_micro_usd": charge } };
}

/** Tells a caller that asked for it how far the answer is. */
function progressTo({ mcpReq }: ServerContext): Progress | undefined {
  const { progressToken } = mcpReq._meta ?? {};
  if (progressToken === undefined) return undefined;
  return async (progress, message) =>
    mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, message } });
}

/**
 * Calls a tool: asks `/v1` in the caller's name, and shows the answer as `structuredContent` and once more as text, for the many clients that show their model only
 * one of them. A problem is a result as well, so that the model reads what to do about it. Rejects only if the caller has left.
 */
export async function callTool(
  tool: Tool,
  given: unknown,
  call: ProtocolCall,
  context: ServerContext,
): Promise<CallToolResult> {
  const { signal } = context.mcpReq;
  try {
    const args = withoutNulls(given ?? {});
    const asked = tool.ask(isJsonObject(args) ? args : {}, call);
    const reply = await replyOf(asked, call, progressTo(context), signal);
    if ("problem" in reply) return failed(reply.problem, reply.retryAfter);
    const shown: JsonObject = asked.show(reply.answer);
    return {
      content: [{ type: "text", text: JSON.stringify(shown) }, ...drawingBlock(asked, call)],
      structuredContent: shown,
      ...costOf(reply.charge),
    };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return failed(call.problemOf(thrown));
  }
}
