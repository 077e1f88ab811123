import * as z from "zod";
import { MAX_URL_CHARACTERS } from "./request-limits.ts";

/** The options of every request for an answer that say when it is answered. They change nothing of the answer. */
export const laterOptions = {
  async: z.boolean("Send true or false.").optional().meta({
    description:
      "Whether the answer comes later: the reply is then 202 with a job, whose address has the answer. `Prefer: respond-async` asks for the same.",
  }),
  webhook: z
    .string("Send an https URL.")
    .trim()
    .min(1, "Send an https URL.")
    .max(MAX_URL_CHARACTERS)
    .optional()
    .meta({ description: "An https URL that is told the end of the job, with a signed request. Only with `async`." }),
};
