import { setTimeout as wait } from "node:timers/promises";
import { VERSION } from "./generated";
import { problemOf } from "./problem";

/** What a connection knows. */
export interface Connection {
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
}

/** The maximum number of times that a request is sent. */
const MAX_TRIES = 3;

/** The longest wait for another try: a step that has waited longer fails, and the flow decides what to do. */
const MAX_WAIT_SECONDS = 30;

/** Returns the address of an operation of the API. Throws for a base URL that is none. */
function urlOf({ baseUrl }: Connection, path: string): string {
  const base = baseUrl.trim().replace(/\/+$/u, "");
  if (/^https?:\/\//iu.test(base) && URL.canParse(base)) return base + path;
  throw new Error("The base URL is not a web address. Enter where the API is, as in https://florence.example.com.");
}

function headersOf({ apiKey = "" }: Connection): Readonly<Record<string, string>> {
  const key = apiKey.trim();
  return {
    "user-agent": `Activepieces florence-edge/${VERSION}`,
    ...(key !== "" && { authorization: `Bearer ${key}` }),
  };
}

/** The seconds after which the API wants to be asked again; undefined if it says none, or more than a step may wait. */
function secondsToWait(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return seconds >= 0 && seconds <= MAX_WAIT_SECONDS ? seconds : undefined;
}

/** What is sent, if it is no question without a body. */
export interface Question {
  readonly method?: "POST";
  readonly body?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request, whatever its answer is. Throws if the API cannot be reached. */
export async function sendOnce(connection: Connection, path: string, init: Question = {}): Promise<Response> {
  const url = urlOf(connection, path);
  const headers = { ...headersOf(connection), ...init.headers };
  return fetch(url, { ...init, headers }).catch(() => {
    throw new Error(`The API cannot be reached at ${new URL(url).origin}. Check the base URL of the connection.`);
  });
}

/** Sends a request that may be repeated, again if the API says that this can help and when. Throws what the API says of a failure. */
export async function send(connection: Connection, path: string, init: Question): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await sendOnce(connection, path, init);
    if (response.ok) return response;
    const [problem, seconds] = [await problemOf(response), secondsToWait(response)];
    if (!problem.isRetryable || seconds === undefined || tries === MAX_TRIES) throw new Error(problem.message);
    await wait(seconds * 1000);
  }
}

/** Reads the answer of the API. Throws if something else has answered. */
export async function readAnswer(response: Response): Promise<ReadonlyMap<string, unknown>> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === "object" && body !== null) return new Map(Object.entries(body));
  throw new Error("Something answers at the base URL of the connection, but not the API. Check the address.");
}
