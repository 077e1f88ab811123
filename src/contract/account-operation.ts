import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { problemResponses } from "./problem-responses.ts";
import type { ProblemGroup } from "./problem-groups.ts";
import { requestIdHeader, requestIdParameter } from "./problem-details.ts";
import type { Scope } from "./scopes.ts";
import { accountTags } from "./tags.ts";

/**
 * Who may call an operation: anybody, every valid key, a key with a scope, or the operator. One table, from which the server authorizes and the document
 * tells.
 */
export type Access = "anybody" | "key" | Scope | "operator";

/** An operation of accounts: a row of the tables in `account-operations.ts` and `admin-operations.ts`. */
export interface AccountOperation {
  readonly method: "GET" | "POST" | "DELETE";
  /** With `{name}` for a part that names something. */
  readonly path: string;
  readonly id: string;
  readonly tag: keyof typeof accountTags;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  readonly problems: ProblemGroup;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Whether the request must have an Idempotency-Key: it moves money. */
  readonly movesMoney?: true;
  /** Whether it may have one, so that a repeat does nothing anew. */
  readonly mayRepeat?: true;
  readonly reply: z.ZodType;
  /** Whether the reply can also be CSV. */
  readonly isList?: true;
  /** An example body, and the reply to it. */
  readonly example: { readonly body?: object; readonly reply: object };
}

/** Names of the security schemes. */
export const KEY_SCHEME = "key";
export const KEY_HEADER_SCHEME = "keyHeader";
export const ADMIN_SCHEME = "adminKey";

/** The security requirement of each kind of access. */
function securityOf(access: Access): Record<string, string[]>[] {
  if (access === "anybody") return [];
  if (access === "operator") return [{ [ADMIN_SCHEME]: [] }];
  return [{ [KEY_SCHEME]: [] }, { [KEY_HEADER_SCHEME]: [] }];
}

/** The schemas of the path's parts. */
function pathParameters(path: string): z.ZodObject {
  const names = [...path.matchAll(/\{(?<name>\w+)\}/gu)].flatMap(({ groups }) => groups?.["name"] ?? []);
  return z.object(
    Object.fromEntries(names.map((name) => [name, z.string().meta({ description: `Id of the ${name}.` })])),
  );
}

const idempotencyParameter = {
  "idempotency-key": z
    .string()
    .meta({ description: "Your own id for this movement of money: a repeat with the same id moves nothing." }),
};

const optionalIdempotencyParameter = {
  "idempotency-key": z
    .string()
    .optional()
    .meta({ description: "Your own id for this request: a repeat with the same id and body has the same reply." }),
};

function requestOf({ path, query, body, movesMoney, mayRepeat, example }: AccountOperation) {
  const json = { schema: body, ...(example.body && { examples: { json: { value: example.body } } }) };
  return {
    params: pathParameters(path),
    headers: z.object({
      ...requestIdParameter,
      ...(movesMoney && idempotencyParameter),
      ...(mayRepeat && optionalIdempotencyParameter),
    }),
    ...(query && { query }),
    ...(body && { body: { required: true, content: { "application/json": { ...json, schema: body } } } }),
  };
}

const scopeText = (access: Access): string =>
  ["anybody", "key", "operator"].includes(access) ? "" : ` The key needs the scope \`${access}\`.`;

/** Returns an operation as the OpenAPI document describes it. */
export function accountOperation(row: AccountOperation) {
  const json = { schema: row.reply, examples: { json: { value: row.example.reply } } };
  const csv = row.isList && { "text/csv": { schema: { type: "string" as const } } };
  const method: "get" | "post" | "delete" = ({ GET: "get", POST: "post", DELETE: "delete" } as const)[row.method];
  return {
    method,
    path: row.path,
    operationId: row.id,
    tags: [accountTags[row.tag].name],
    summary: row.summary,
    description: row.description + scopeText(row.access),
    security: securityOf(row.access),
    request: requestOf(row),
    responses: {
      200: { description: row.summary, headers: requestIdHeader, content: { "application/json": json, ...csv } },
      ...problemResponses(row.problems, true),
    },
  } satisfies RouteConfig;
}
