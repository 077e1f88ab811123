import * as z from "zod";
import { AnswerObject, FormattedAnswer } from "./answers.ts";
import { MicroUsd } from "./micro-usd.ts";
import { ProblemDetails } from "./problem-details.ts";

/** The next part of a text. All parts concatenated are the answer's `text`. */
const DeltaEvent = z
  .object({ type: z.literal("delta"), text: z.string().meta({ description: "The next part of the text." }) })
  .meta({ id: "DeltaEvent" });

/** One complete object. */
const ObjectEvent = z
  .object({
    type: z.literal("object"),
    index: z
      .int()
      .nonnegative()
      .meta({ description: "Its index in the answer's `objects`; objects are sent in order." }),
    object: AnswerObject,
  })
  .meta({ id: "ObjectEvent" });

/** The last event: the whole answer, as without `stream`. A client may ignore all other events. */
const DoneEvent = z.object({ type: z.literal("done"), answer: FormattedAnswer }).meta({ id: "DoneEvent" });

/** The last event of an answer that failed after the stream had begun. A problem before that is an error response. */
const ErrorEvent = z.object({ type: z.literal("error"), problem: ProblemDetails }).meta({ id: "ErrorEvent" });

/** The last event of an answer that was paid, after `done`: what it cost. */
export const ChargeEvent = z
  .object({
    type: z.literal("charge"),
    charge_micro_usd: MicroUsd.meta({
      description: "What this answer was charged, in micro-US-dollars; 0 for a repeat.",
    }),
    ids: z.array(z.string()).meta({ description: "The ids of its charges, one for each generation." }),
    repeat: z.boolean().meta({ description: "Whether the account had paid for all of it before." }),
    balance: z
      .int()
      .nullable()
      .meta({ description: "What the account has left, in micro-US-dollars; null if it was not asked." }),
  })
  .meta({ id: "ChargeEvent" });
export type ChargeEvent = z.infer<typeof ChargeEvent>;

/** One event of a streamed answer. The event's name is its `type`, its data this object as JSON on one line. */
export const AnswerEvent = z
  .discriminatedUnion("type", [DeltaEvent, ObjectEvent, DoneEvent, ErrorEvent])
  .meta({ id: "AnswerEvent" });
export type AnswerEvent = z.infer<typeof AnswerEvent>;

/** One event of a streamed answer in a deployment with accounts. */
export const PaidAnswerEvent = z.discriminatedUnion("type", [
  DeltaEvent,
  ObjectEvent,
  DoneEvent,
  ErrorEvent,
  ChargeEvent,
]);
export type PaidAnswerEvent = z.infer<typeof PaidAnswerEvent>;

/**
 * The schema of an event stream in the document. OpenAPI 3.1 cannot describe the items of a stream; 3.2 describes one event, and so does this schema.
 * It has no `type`, so that it also matches the body, which is a text.
 */
export const eventStreamSchema = {
  description: "With `stream=true`. Each event's `data` is an AnswerEvent as JSON, and its name that object's `type`.",
  required: ["event", "data"],
  properties: {
    event: { type: "string" },
    data: {
      type: "string",
      contentMediaType: "application/json",
      contentSchema: { $ref: "#/components/schemas/AnswerEvent" },
    },
  },
} as const;
