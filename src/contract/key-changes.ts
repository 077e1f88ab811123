import * as z from "zod";
import { AccountName } from "./account-fields.ts";
import { KeyExpiry, KeyTerms } from "./key-terms.ts";
import { MicroUsd } from "./micro-usd.ts";

const { scopes, tasks, rates, concurrency } = KeyTerms.shape;

/** A limit, or the word that removes it: null means, as everywhere, that a field is not set. */
function orNone<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.literal("none")], "Send a limit, or none.");
}

/** The body of a request to change a key: what is left out stays. */
export const KeyChangesBody = z
  .strictObject({
    name: AccountName.optional(),
    scopes: scopes.unwrap().optional(),
    tasks: z
      .union([tasks.unwrap(), z.literal("all")], "Send names that GET /v1/tasks lists, or all.")
      .optional()
      .meta({ description: "The only tasks that the key may ask for; `all` ends the restriction." }),
    caps: z
      .strictObject({
        day: orNone(MicroUsd).optional(),
        month: orNone(MicroUsd).optional(),
        total: orNone(MicroUsd).optional(),
      })
      .optional()
      .meta({ description: "The most that the key may spend; `none` removes a cap. Those left out stay." }),
    rates: rates.unwrap().optional().meta({ description: "Replaces all rates; an empty list removes them." }),
    concurrency: orNone(concurrency.unwrap())
      .optional()
      .meta({ description: "Requests in progress at once that cost credits; `none` removes the limit." }),
    expires: z
      .union([KeyExpiry, z.literal("none")], "Send a moment like 2027-01-31T00:00:00Z, or none.")
      .optional()
      .meta({ description: "When the key ends; `none`: never." }),
  })
  .meta({ id: "KeyChangesRequest" });
