import type * as z from "zod";
import type { ProblemDetails } from "./problem-details.ts";
import type { TaskRow } from "./service.ts";
import type { PaidAnswerEvent } from "./stream-events.ts";

/** What a protocol asks an operation of this API. */
export interface Question {
  readonly method: "GET" | "POST";
  /** The path with its query. */
  readonly path: string;
  /** The JSON body; left out for none. */
  readonly body?: object | undefined;
  /** How long the reply may be held back until what is asked about has ended (`Prefer: wait=N`), in seconds. */
  readonly waitSeconds?: number | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** How much a JSON body may have: bytes, and each of its delimiters. */
export interface JsonBodyLimits {
  readonly maxBytes: number;
  readonly maxDelimiters: number;
}

/** One request in another protocol than ours, and what this API does for it. */
export interface ProtocolCall {
  readonly request: Request;
  readonly requestId: string;
  /** The API's version. */
  readonly version: string;
  readonly tasks: readonly TaskRow[];
  /** Whether answers need a key. */
  readonly needsKey: boolean;
  /** Whether answers can come later. */
  readonly hasJobs: boolean;
  /**
   * Asks an operation as the caller would, with his key, address and trace, in this isolate: what holds for `/v1` (keys, limits, cache, charge, log) holds for
   * it. A problem is a response. Rejects only when `signal` is aborted.
   */
  readonly ask: (question: Question) => Promise<Response>;
  /** Reads the events of an answer that was asked for with `stream`. */
  readonly events: (response: Response) => AsyncIterable<PaidAnswerEvent>;
  /** Reads the request's body. Throws `Problem`. */
  readonly readJson: (limits: JsonBodyLimits) => Promise<unknown>;
  /** Parses a value by a schema. Throws `Problem`, with an issue for each field that is wrong. */
  readonly validated: <Schema extends z.ZodType>(
    schema: Schema,
    given: Readonly<Record<string, unknown>>,
  ) => z.infer<Schema>;
  /** Returns the response to a request without a key, or with one that is not spelled like a key, where answers need one. */
  readonly keyRefusal: () => Response | undefined;
  /** Converts what was thrown to a problem, and logs it if it is a fault of the server. */
  readonly problemOf: (thrown: unknown) => ProblemDetails;
}

/** One path of another protocol, in front of the API's own operations. */
export interface ProtocolRoute {
  readonly method: "GET" | "POST";
  /** `:name` stands for any segment. */
  readonly path: string;
  readonly handle: (call: ProtocolCall) => Promise<Response>;
}
