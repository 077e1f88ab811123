import type * as z from "zod";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { describeProblem } from "../ready-server.ts";
import { Failure, UsageError } from "../run-command.ts";

/** A request to the operator's operations. */
export interface AdminRequest {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Below `/admin/v1/accounts`, as in `/3yQ0zVt8aPk/grants`. */
  readonly path: string;
  readonly body?: object;
  readonly idempotencyKey?: string;
}

/** Asks an API as its operator. */
export interface AdminClient {
  /** Throws `UsageError` for a refusal, and `Failure` if the API cannot be reached or fails: what has happened is then not known. */
  ask<Schema extends z.ZodType>(schema: Schema, request: AdminRequest): Promise<z.infer<Schema>>;
  /** The same, of a reply that is no JSON. */
  text(request: AdminRequest): Promise<string>;
}

async function problemOf(response: Response, url: URL): Promise<UsageError | Failure> {
  const text = await response.text();
  try {
    const described = describeProblem(ProblemDetails.parse(JSON.parse(text)));
    return response.status < 500 ? new UsageError(described) : new Failure(described);
  } catch {
    return new Failure(`${url.origin} answers ${response.status}, and is no florence-edge with accounts.`);
  }
}

/** Creates the client of an API's operator. */
export function createAdminClient(origin: string, adminKey: string): AdminClient {
  const send = async ({ method = "GET", path, body, idempotencyKey }: AdminRequest): Promise<Response> => {
    const url = new URL(`/admin/v1/accounts${path}`, origin);
    const headers = {
      authorization: `Bearer ${adminKey}`,
      ...(body && { "content-type": "application/json" }),
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
    };
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }), redirect: "error" } as const;
    const response = await fetch(url, request).catch((error: unknown) => {
      const reason = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
      throw new Failure(`${origin} cannot be reached${reason}. On this machine, start it: ACCOUNTS=on npm start`);
    });
    if (response.ok) return response;
    throw await problemOf(response, url);
  };
  return {
    ask: async (schema, request) => schema.parse(await (await send(request)).json()),
    text: async (request) => (await send(request)).text(),
  };
}
