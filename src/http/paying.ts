import type { Payment } from "../charging/payment.ts";
import type { JobPayer } from "../contract/jobs-port.ts";
import type { Problem } from "../contract/problems.ts";
import type { TaskOptions } from "../contract/requests.ts";
import type { Admittee } from "./admission.ts";

/** What a request asks for, once it is validated. */
export interface Asked {
  /** Each of its tasks, or why it cannot be answered. */
  readonly items: readonly ({ readonly task: string } & (
    | { readonly options: TaskOptions }
    | { readonly problem: Problem }
  ))[];
  /** Returns the digest of all of it. */
  readonly fingerprint: () => Promise<string>;
}

/** Who pays for a request, and with what. All throws `Problem`. */
export interface Paying {
  readonly payment: Payment;
  /** Whose key the request has; undefined for one that brings its payment. */
  readonly holder: JobPayer | undefined;
  /** Throws unless the task may be asked for. */
  checkTask(task: string): void;
  /** Before the body is read: `read` returns what the query asks for, where it alone says so. A price that is not paid needs no image. */
  askEarly(read: () => Asked["items"] | undefined): void;
  /** Is told what the request asks for, before any work. */
  ask(asked: Asked): Promise<void>;
  /** Throws if what the parts of a request ended in cannot be paid together. */
  checkResults(results: readonly unknown[]): void;
  /** Whether the response's headers tell the payment, so that nothing may be sent before it. */
  readonly isToldInHeaders: boolean;
  /** Runs a part of the work that may last longer than the response is waited for: what is held is not ended before. */
  readonly during: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Calls something when the caller leaves, unless money is held by then. */
  readonly whenLeft: Admittee["whenLeft"];
  /** Returns a signal that is aborted with another, unless money is held by then. */
  readonly untilCommitted: (signal: AbortSignal) => AbortSignal;
}
