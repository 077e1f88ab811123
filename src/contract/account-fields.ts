import * as z from "zod";
import { MAX_MICRO_USD, MICRO_USD, MICRO_USD_PER_USD } from "./micro-usd.ts";

/** Maximum length of the name of an account or of a key, in characters. */
const MAX_NAME_CHARACTERS = 100;

/** The name of an account or of a key. */
export const AccountName = z
  .string("Send a name.")
  .trim()
  .min(1, "Send a name.")
  .max(MAX_NAME_CHARACTERS, `Send at most ${MAX_NAME_CHARACTERS} characters.`);

/** A moment, in UTC. */
export const Moment = z.iso.datetime().meta({ description: "In UTC." });

/** A day, in UTC, as in `2026-11-30`. */
export const Day = z.iso.date("Send a day like 2026-11-30.").meta({ description: "A day, in UTC." });

/** An amount of money that may be negative. */
export const SignedMicroUsd = z
  .int()
  .min(-MAX_MICRO_USD)
  .max(MAX_MICRO_USD)
  .meta({ description: `Micro-US-dollars: ${MICRO_USD_PER_USD} are one US dollar.` });

/** The unit of all amounts of a response. */
export const Unit = z.literal(MICRO_USD);

/** A schema that null matches as well. Not `nullable()`, which the OpenAPI generator turns into `allOf`, which null does not match. */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()]);
}

/** What leads from a page of a list to the next one. */
export const Next = orNull(z.string()).meta({ description: "`cursor` of the next page; null if this is the last." });

/** Maximum number of rows of a page. */
export const MAX_PAGE_ROWS = 1000;

/** Number of rows of a page without `limit`. */
export const DEFAULT_PAGE_ROWS = 100;

const whole = `Send a whole number from 1 to ${MAX_PAGE_ROWS}.`;

/** The query parameters of a list in pages. */
export const pageParameters = {
  limit: z.coerce
    .number(whole)
    .int(whole)
    .min(1, whole)
    .max(MAX_PAGE_ROWS, whole)
    .optional()
    .meta({ type: "integer", description: `Rows of a page; ${DEFAULT_PAGE_ROWS} by default.` }),
  cursor: z.string().max(2048, "This is no cursor.").optional().meta({ description: "`next` of the page before." }),
};

/** How a list is sent. */
export const ListFormat = z
  .enum(["json", "csv"], "Send json or csv.")
  .optional()
  .meta({ description: "`csv`, or `Accept: text/csv`, streams all rows, from `cursor` on." });
