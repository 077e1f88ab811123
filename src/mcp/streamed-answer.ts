import type { FormattedAnswer } from "../contract/answers.ts";
import type { ProblemDetails } from "../contract/problem-details.ts";
import type { PaidAnswerEvent } from "../contract/stream-events.ts";

/** Tells how much of an answer there is: a number that grows, and what came last. */
export type Progress = (progress: number, message: string) => Promise<void>;

/** The end of a streamed answer. */
type Streamed =
  | { readonly answer: FormattedAnswer; readonly charge: number | undefined }
  | { readonly problem: ProblemDetails; readonly retryAfter: null };

/** What a part of an answer says; undefined for an event that is no part. */
function messageOf(event: PaidAnswerEvent): string | undefined {
  if (event.type === "delta") return event.text;
  return event.type === "object" ? event.object.label : undefined;
}

/** Reads a streamed answer to its end and tells of each part. */
export async function streamedAnswer(events: AsyncIterable<PaidAnswerEvent>, progress: Progress): Promise<Streamed> {
  let answer: FormattedAnswer | undefined;
  let charge: number | undefined;
  let parts = 0;
  for await (const event of events) {
    if (event.type === "error") return { problem: event.problem, retryAfter: null };
    if (event.type === "done") ({ answer } = event);
    if (event.type === "charge") charge = event.charge_micro_usd;
    const message = messageOf(event);
    if (message === undefined) continue;
    parts += 1;
    await progress(parts, message);
  }
  if (answer === undefined) throw new Error("A stream of an answer ended without the answer.");
  return { answer, charge };
}
