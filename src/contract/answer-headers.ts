import * as z from "zod";
import { requestIdHeader, requestIdParameter } from "./problem-details.ts";

/** Response headers of an answer. */
export const answerHeaders = {
  ...requestIdHeader,
  "Cache-Status": {
    description:
      "RFC 9211: whether the answer was in the cache, and why not; `collapsed` if the answer is the result of another request.",
    schema: { type: "string" },
  },
  ETag: { description: "Identifies this answer; send it as If-None-Match.", schema: { type: "string" } },
  "Server-Timing": {
    description:
      "Milliseconds by stage: `intake`, `cache`, `generate` (calling the model), `parse`; and the parts of `generate`, if the backend reports them: `queue`, `encode` and `decode`.",
    schema: { type: "string" },
  },
  Age: { description: "Seconds since a cached answer was generated.", schema: { type: "integer" } },
} as const;

/** Request headers; all are optional. */
export const answerRequestHeaders = z.object({
  "cache-control": z.string().optional().meta({
    description: "`no-store`, `no-cache`, `max-age`, `only-if-cached` and `stale-if-error` are honoured.",
  }),
  "if-none-match": z.string().optional().meta({ description: "The ETag of an answer that you have." }),
  traceparent: z.string().optional().meta({ description: "W3C trace context, passed on to the backend." }),
  ...requestIdParameter,
});
