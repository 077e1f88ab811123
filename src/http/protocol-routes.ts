import type { JobsMount } from "../contract/jobs-port.ts";
import type { ProtocolCall, ProtocolRoute, Question } from "../contract/protocol.ts";
import type { RequestTrace, TaskRow } from "../contract/service.ts";
import { type Admit, whenAborted } from "./admission.ts";
import { readBody } from "./body.ts";
import { callerOf } from "./caller.ts";
import { parseJson } from "./json.ts";
import type { PaidAnswers } from "./paid-request.ts";
import { asProblem, detailsOf, loggedProblem, type LogError, problemResponse } from "./problem-response.ts";
import type { Route } from "./route.ts";
import { validated } from "./validated.ts";

/** Handles a request as if it had come from outside. */
export type HandleRequest = (request: Request) => Promise<Response>;

/** What the routes of other protocols need. */
export interface ProtocolRouteOptions {
  readonly protocols: readonly ProtocolRoute[];
  readonly tasks: readonly TaskRow[];
  readonly version: string;
  readonly admit: Admit;
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly logError: LogError;
  readonly accounts?: PaidAnswers | undefined;
  readonly readEvents: ProtocolCall["events"];
  readonly handleRequest: HandleRequest;
  /** Left out where answers cannot come later. */
  readonly jobs?: JobsMount | undefined;
}

/** Headers of the caller that count for what is asked in his name. Not those of caching and repeating: they belong to the other protocol's request. */
const PASSED_ON = [
  "authorization",
  "x-api-key",
  "ocp-apim-subscription-key",
  "cf-connecting-ip",
  "max-price",
  "traceparent",
];

function innerRequest({ url, headers }: Request, question: Question, requestId: string): Request {
  const { method, path, body, waitSeconds, signal } = question;
  const all = new Headers({ "x-request-id": requestId });
  if (waitSeconds !== undefined) all.set("prefer", `wait=${waitSeconds}`);
  for (const name of PASSED_ON) {
    const value = headers.get(name);
    if (value !== null) all.set(name, value);
  }
  if (body === undefined) return new Request(new URL(path, url), { method, headers: all, signal });
  const json = new TextEncoder().encode(JSON.stringify(body));
  all.set("content-type", "application/json");
  all.set("content-length", String(json.byteLength));
  return new Request(new URL(path, url), { method, headers: all, body: json, signal });
}

/** Reads a JSON body under a place of its own, which ends with it: what is asked then takes another. */
function readJson(request: Request, { admit, timeout }: ProtocolRouteOptions): ProtocolCall["readJson"] {
  return ({ maxBytes, maxDelimiters }) =>
    admit({ caller: callerOf(request.headers), whenLeft: whenAborted(request.signal) }, async ({ count }) =>
      parseJson(await readBody(request, { timeout, maxBytes, ...count }), maxDelimiters),
    );
}

function keyRefusal({ headers }: Request, accounts: PaidAnswers, requestId: string): Response | undefined {
  try {
    accounts.checkKey(headers);
    return undefined;
  } catch (thrown) {
    return problemResponse(asProblem(thrown), requestId);
  }
}

function callOf(request: Request, { requestId }: RequestTrace, options: ProtocolRouteOptions): ProtocolCall {
  const { tasks, version, accounts, readEvents, handleRequest, logError, jobs } = options;
  return {
    request,
    requestId,
    version,
    tasks,
    needsKey: accounts !== undefined,
    hasJobs: jobs !== undefined,
    ask: async (question) => handleRequest(innerRequest(request, question, requestId)),
    events: readEvents,
    readJson: readJson(request, options),
    validated,
    keyRefusal: () => (accounts === undefined ? undefined : keyRefusal(request, accounts, requestId)),
    problemOf: (thrown) => detailsOf(loggedProblem(thrown, requestId, logError), requestId),
  };
}

/** The routes of other protocols. Each asks the API's own operations. */
export function protocolRoutes(options: ProtocolRouteOptions): readonly Route[] {
  return options.protocols.map(({ method, path, handle }) => ({
    method,
    path,
    handle: (request, trace) => handle(callOf(request, trace, options)),
  }));
}
