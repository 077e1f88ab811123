import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import * as z from "zod";
import { ProblemDetails } from "../../src/contract/problem-details.ts";

const id = z.union([z.string(), z.number(), z.null()]);
const version = z.literal("2.0");

/** What a server may send: an answer, an error, or, before an answer, a notification. */
const Message = z.union([
  z.strictObject({ jsonrpc: version, id, result: z.record(z.string(), z.unknown()) }),
  z.strictObject({
    jsonrpc: version,
    id: id.optional(),
    error: z.strictObject({ code: z.int(), message: z.string(), data: z.unknown().optional() }),
  }),
  z.strictObject({ jsonrpc: version, method: z.string(), params: z.record(z.string(), z.unknown()).optional() }),
]);

const ToolResult = z.object({
  content: z.array(z.object({ type: z.enum(["text", "resource_link"]), text: z.string().optional() })).min(1),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

/** The statuses that `/mcp` answers with. */
export const MCP_STATUSES: ReadonlySet<number> = new Set([200, 202, 400, 401, 403, 404, 405, 406, 408, 413, 415, 503]);

/** Statuses of problems: a method that the path has not, and a missing key. */
const PROBLEM_STATUSES: ReadonlySet<number> = new Set([401, 405]);

function messagesIn(mediaType: string, text: string): readonly unknown[] {
  if (mediaType !== "text/event-stream") return [JSON.parse(text)].flat();
  return [...text.matchAll(/^data: (?<data>.+)$/gmu)].map(({ groups }) => JSON.parse(groups?.["data"] ?? ""));
}

/** Creates the check of a response of `/mcp` against the shapes of the protocol and of the tools, as `tools/list` shows them. */
export function createMcpCheck(tools: readonly Readonly<Record<string, unknown>>[]) {
  const ajv = new Ajv2020();
  const validators = tools.map(({ outputSchema }) => ajv.compile(Object(outputSchema)));
  const checkResult = (result: Readonly<Record<string, unknown>>): void => {
    if (!Object.hasOwn(result, "content")) return;
    const { content, structuredContent, isError } = ToolResult.parse(result);
    const [first] = content;
    if (isError === true) {
      expect(structuredContent).toBeUndefined();
      expect(first?.text).toMatch(/^[a-z0-9-]+: /u);
      return;
    }
    expect(JSON.parse(first?.text ?? "")).toEqual(structuredContent);
    expect(validators.some((validate) => validate(structuredContent))).toBe(true);
  };
  return async (response: Response): Promise<void> => {
    const { status, headers } = response;
    expect(MCP_STATUSES).toContain(status);
    const text = await response.text();
    const mediaType = (headers.get("content-type") ?? "").split(";")[0] ?? "";
    if (PROBLEM_STATUSES.has(status)) {
      expect(mediaType).toBe("application/problem+json");
      ProblemDetails.parse(JSON.parse(text));
      return;
    }
    if (status === 202) {
      expect(text).toBe("");
      return;
    }
    expect(["application/json", "text/event-stream"]).toContain(mediaType);
    for (const sent of messagesIn(mediaType, text)) {
      const message = Message.parse(sent);
      if ("result" in message) checkResult(message.result);
    }
  };
}
