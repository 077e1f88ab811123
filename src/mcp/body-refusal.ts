import type { ProblemDetails } from "../contract/problem-details.ts";
import { problemText } from "./problem-text.ts";

/** JSON-RPC's code for a body that is no JSON. */
const PARSE_ERROR = -32_700;

/** The code of JSON-RPC's range for servers that the protocol's own package answers with, too. */
const SERVER_ERROR = -32_000;

/** A body that cannot be read, as JSON-RPC says it; nobody knows the id of its message. */
export function bodyRefusal(problem: ProblemDetails): Response {
  const code = problem.code === "invalid-json" ? PARSE_ERROR : SERVER_ERROR;
  const error = { code, message: problemText(problem), data: problem };
  return Response.json({ jsonrpc: "2.0", id: null, error }, { status: problem.status });
}
