import type { DialectRoute } from "../contract/dialect.ts";

/** All paths of OpenAI's dialect begin with it; a client's base URL is this with `v1`. */
export const OPENAI_PREFIX = "/openai/v1/";

/** The routes, by the names by which `dialect.ts` knows them. */
export const openAiRoutes = [
  { method: "POST", path: "/openai/v1/chat/completions", name: "chat", takesBytes: false },
  { method: "POST", path: "/openai/v1/responses", name: "responses", takesBytes: false },
  { method: "GET", path: "/openai/v1/models", name: "models", takesBytes: false },
  // A model's name has a slash, which some clients encode and others do not.
  { method: "GET", path: "/openai/v1/models/:model", name: "model", takesBytes: false },
  { method: "GET", path: "/openai/v1/models/:model/:task", name: "model", takesBytes: false },
] as const satisfies readonly DialectRoute[];

/** All paths of the actions of GPTs begin with it. */
export const ACTIONS_PREFIX = "/openai/actions/";

/** The routes of the actions. */
export const actionRoutes = [
  { method: "POST", path: "/openai/actions/:task", name: "action", takesBytes: false },
] as const satisfies readonly DialectRoute[];

/** The parameter in which ChatGPT sends the user's files: links that are valid for some minutes. */
export const FILES = "openaiFileIdRefs";
