import type * as z from "zod";
import type { RandomBytes } from "../accounts/base62.ts";
import type { Accounts } from "../accounts/accounts-port.ts";
import type { Guard } from "../charging/guard.ts";
import type { AccountOperation } from "../contract/account-operation.ts";
import type { RequestTrace, TaskRow } from "../contract/service.ts";
import { type Admit, type Place, whenAborted } from "./admission.ts";
import type { BodyOptions } from "./body.ts";
import { callerOf } from "./caller.ts";
import { readJsonObject } from "./json-request.ts";
import { MAX_JSON_DELIMITERS } from "./json.ts";
import type { LogError } from "./problem-response.ts";
import type { Route } from "./route.ts";
import { queryFields } from "./query-fields.ts";
import { validated } from "./validated.ts";

/** What a deployment with accounts adds to the application. */
export interface AccountsOptions extends Accounts {
  /** The operator's secret. */
  readonly adminKey: string;
  /** Stands before every key's account; the one of the isolate. */
  readonly guard: Guard;
  readonly random: RandomBytes;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the routes of accounts need. */
export interface AccountRouteOptions {
  readonly tasks: readonly TaskRow[];
  readonly admit: Admit;
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly logError: LogError;
  readonly accounts: AccountsOptions;
}

/** Largest body of an operation of accounts, in bytes, but for quotes: a hundred times the largest useful one. */
export const MAX_ACCOUNT_BODY_BYTES = 64 * 1024;

/** A request that was admitted. */
export interface AdmittedCall {
  readonly request: Request;
  readonly trace: RequestTrace;
  readonly place: Place;
  /** The parts of the path that name something, by their names in the operation's path. */
  readonly names: Readonly<Record<string, string>>;
  /** How a body is read. */
  readonly body: BodyOptions;
}

/** The parts of a URL's path that stand where a pattern has names in braces. A part that is no URI component stays as it is: no id is like it. */
function namesIn(pattern: string, url: string): Readonly<Record<string, string>> {
  const parts = new URL(url).pathname.split("/");
  const names = pattern.split("/").flatMap((part, index) => {
    const name = /^\{(?<name>\w+)\}$/u.exec(part)?.groups?.["name"];
    return name === undefined ? [] : [[name, parts[index] ?? ""] as const];
  });
  return Object.fromEntries(names);
}

/** Returns the route of an operation: each request is admitted as those for answers are. */
export function admittedRoute(
  { method, path }: AccountOperation,
  { admit, timeout }: AccountRouteOptions,
  handle: (call: AdmittedCall) => Promise<Response>,
): Route {
  return {
    method,
    path: path.replaceAll(/\{(?<name>\w+)\}/gu, ":$<name>"),
    handle: (request, trace) =>
      admit({ caller: callerOf(request.headers), whenLeft: whenAborted(request.signal) }, (place) =>
        handle({
          request,
          trace,
          place,
          names: namesIn(path, request.url),
          body: { timeout, ...place.count },
        }),
      ),
  };
}

/** Reads and validates a JSON body. An absent body is an empty object, where the schema allows it. Throws `Problem`. */
export async function readAccountBody<Schema extends z.ZodType>(
  schema: Schema,
  { request, body }: Pick<AdmittedCall, "request" | "body">,
): Promise<z.infer<Schema>> {
  const isEmpty = request.body === null || request.headers.get("content-length") === "0";
  const limits = { ...body, maxBytes: MAX_ACCOUNT_BODY_BYTES };
  return validated(schema, isEmpty ? {} : await readJsonObject(request, MAX_JSON_DELIMITERS, limits));
}

/** Validates the parameters of a query; a blank one counts as absent, and one that is repeated is refused by its schema. Throws `Problem`. */
export function queryOf<Schema extends z.ZodType>(schema: Schema, { request }: AdmittedCall): z.infer<Schema> {
  return validated(schema, queryFields(request));
}

/** A reply with keys or money: nobody keeps it. */
export function privateJson(value: object, status = 200): Response {
  return Response.json(value, { status, headers: { "cache-control": "no-store" } });
}
