import type * as handlers from "../src/mcp/handler.ts";
import { readPieces } from "../src/bytes/read-pieces.ts";
import type { ProtocolCall, ProtocolRoute } from "../src/contract/protocol.ts";
import { PaidAnswerEvent } from "../src/contract/stream-events.ts";
import { readEvents } from "../src/inference/protocol/sse.ts";
import { DRAWINGS_PATH } from "../src/mcp/drawing-link.ts";
import { answerMetadata, METADATA_PATH } from "../src/mcp/resource-metadata.ts";

/** Longest event of an answer, in characters: an answer with outlines of 64 labels. */
const MAX_EVENT_CHARACTERS = 32 * 1024 * 1024;

/** Reads the events of a streamed answer of this API itself. */
async function* answerEvents({ body }: Response): AsyncGenerator<PaidAnswerEvent, void, void> {
  if (body === null) return;
  for await (const { data } of readEvents(readPieces(body), MAX_EVENT_CHARACTERS)) {
    yield PaidAnswerEvent.parse(JSON.parse(data));
  }
}

type McpHandlers = typeof handlers;

/** A route of MCP. Its package is evaluated at the first request, so that a deployment whose callers do not speak it does not wait for it. */
function mcp(
  method: ProtocolRoute["method"],
  path: string,
  handlerOf: (all: McpHandlers) => ProtocolRoute["handle"],
): ProtocolRoute {
  return {
    method,
    path,
    handle: async (call: ProtocolCall) => handlerOf(await import("../src/mcp/handler.ts"))(call),
  };
}

/** What the protocols of a deployment depend on. */
export interface ProtocolSettings {
  readonly hasAccounts: boolean;
  /** The names under which MCP may be called; any if empty. */
  readonly mcpHosts: readonly string[];
}

/** The protocols of this deployment besides its own. Where nobody needs a key, nothing is said about keys. */
export function protocols({ hasAccounts, mcpHosts }: ProtocolSettings) {
  const metadata: ProtocolRoute = { method: "GET", path: METADATA_PATH, handle: answerMetadata };
  return {
    readEvents: answerEvents,
    protocols: [
      mcp(
        "POST",
        "/mcp",
        ({ answerMcp }) =>
          (call) =>
            answerMcp(call, mcpHosts),
      ),
      mcp("GET", `${DRAWINGS_PATH}/:task`, ({ answerDrawing }) => answerDrawing),
      ...(hasAccounts ? [metadata] : []),
    ],
  };
}
