import type { JobStatus } from "./jobs.ts";
import type { ProblemDetails } from "./problem-details.ts";

/** Who pays for what is answered later: an account, and the key that asked. */
export interface JobPayer {
  readonly account: string;
  /** The key's SHA-256 in hexadecimal digits; the key itself is not stored. */
  readonly keyHash: string;
}

/** A request as it is sent again, without its body. */
export interface StoredRequest {
  /** The address of the API itself, as in `https://florence.example.com`. */
  readonly origin: string;
  /** Path and query. */
  readonly target: string;
  /** Those that count for the answer, in lower case: of content, caching, price and tracing. None has a key. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that is to be answered later. It was validated. */
export interface NewJob {
  /** Undefined where there are no accounts. */
  readonly payer: JobPayer | undefined;
  readonly idempotencyKey: string | undefined;
  /** Equal for requests that ask the same. */
  readonly fingerprint: string;
  /** The name of the task, or `analyze`, or `batch`. */
  readonly task: string;
  readonly requestId: string;
  readonly request: StoredRequest;
  readonly body: Uint8Array;
  /** Where to tell its end; left out if nobody is told. */
  readonly webhook?: string | undefined;
  /** Whether what is told has one level (`format=flat`). */
  readonly isFlat: boolean;
}

/** What is known of a job. */
export interface JobFacts {
  readonly id: string;
  readonly status: JobStatus;
  /** In milliseconds since 1970. */
  readonly createdMs: number;
  readonly task: string;
  /** Of a job that failed. */
  readonly problem: ProblemDetails | null;
  /** There only in the reply to `create` where there are no accounts and a webhook was asked for: what verifies it. */
  readonly webhookSecret?: string | undefined;
}

/** The answer of a job that succeeded. */
export interface JobAnswer {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Its content type and what it was charged, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A job, with its answer if it has succeeded. */
export interface FoundJob {
  readonly job: JobFacts;
  readonly answer: JobAnswer | undefined;
}

/** Who asks for a job. */
export interface JobCaller {
  /** Undefined where there are no accounts: then the id is enough. */
  readonly account: string | undefined;
}

/** A page of a list. */
export interface JobPageQuery {
  readonly account: string;
  readonly status: JobStatus | undefined;
  readonly limit: number;
  /** The last job of the page before. */
  readonly before: { readonly createdMs: number; readonly id: string } | undefined;
}

/** The jobs of a deployment. All verbs throw `Problem`. */
export interface Jobs {
  /** Stores a request, and has it answered. The same request with the same Idempotency-Key is the same job. */
  create(job: NewJob): Promise<FoundJob>;
  /** Returns a job: when it has ended, and after `waitMs` at the latest. */
  get(id: string, caller: JobCaller & { readonly waitMs: number }): Promise<FoundJob>;
  /** Ends a job that has not ended, and returns it. */
  cancel(id: string, caller: JobCaller): Promise<FoundJob>;
  /** Returns a page, newest first, and whether there are more. */
  list(query: JobPageQuery): Promise<{ readonly jobs: readonly JobFacts[]; readonly hasMore: boolean }>;
}

/** The jobs of a deployment that has a place for them, loaded when they are first needed. */
export interface JobsMount {
  readonly load: () => Promise<Jobs>;
}
