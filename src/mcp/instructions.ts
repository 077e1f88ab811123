import { isJsonObject } from "../contract/json-object.ts";
import { ModelList, operations } from "../contract/operations.ts";
import type { ProtocolCall } from "../contract/protocol.ts";

/** The messages whose answers have instructions. */
const GREETINGS: ReadonlySet<unknown> = new Set(["initialize", "server/discover"]);

const GENERAL =
  "Florence-2 looks at one picture and answers with text, boxes or outlines in pixels. It answers no free questions: choose the tool by what you need. For a file on your machine, call prepare_image_upload first; never write a picture as base64.";

/** What the served model knows and does not know, in English; empty if that is not known at the moment. */
async function domainOf({ ask, request }: ProtocolCall): Promise<string> {
  const response = await ask({ method: "GET", path: operations.models.path, signal: request.signal });
  const list = response.ok ? ModelList.safeParse(await response.json()).data : undefined;
  return (list?.models ?? []).map(({ domain }) => domain).join(" ");
}

/** What a client tells its model about this server; empty for messages whose answer has no place for it. */
export async function instructionsFor(body: unknown, call: ProtocolCall): Promise<{ readonly instructions?: string }> {
  if (!isJsonObject(body) || !GREETINGS.has(body["method"])) return {};
  const domain = await domainOf(call);
  return { instructions: domain === "" ? GENERAL : `${GENERAL} The model here is for ${domain}.` };
}
