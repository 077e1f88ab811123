import * as z from "zod";
import { AnswerObject, FormattedAnswer } from "./answers.ts";
import { ProblemDetails } from "./problem-details.ts";

/** The media type of server-sent events. */
export const EVENT_STREAM_MEDIA_TYPE = "text/event-stream";

/** More of a text. All of them together are the answer's `text`. */
const DeltaEvent = z
  .object({ type: z.literal("delta"), text: z.string().meta({ description: "What follows the text so far." }) })
  .meta({ id: "DeltaEvent" });

/** One object that is finished. */
const ObjectEvent = z
  .object({
    type: z.literal("object"),
    index: z.int().nonnegative().meta({ description: "Its place in the answer's `objects`; they come in order." }),
    object: AnswerObject,
  })
  .meta({ id: "ObjectEvent" });

/** The end: the whole answer, as it is without `stream`. Who waits for nothing else may read this alone. */
const DoneEvent = z.object({ type: z.literal("done"), answer: FormattedAnswer }).meta({ id: "DoneEvent" });

/** The end of an answer that failed after the stream had begun; before that, a problem is a response of its own. */
const ErrorEvent = z.object({ type: z.literal("error"), problem: ProblemDetails }).meta({ id: "ErrorEvent" });

/** What an answer that streams is told by. The event's name is its `type`, its data this object as JSON on one line. */
export const AnswerEvent = z
  .discriminatedUnion("type", [DeltaEvent, ObjectEvent, DoneEvent, ErrorEvent])
  .meta({ id: "AnswerEvent" });
export type AnswerEvent = z.infer<typeof AnswerEvent>;

/**
 * A stream of events in the document. OpenAPI 3.1 has no word for what a stream is a stream of; 3.2 describes one event, and so does this. It has no
 * `type`, so that the body, which is a text, fits as well.
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
