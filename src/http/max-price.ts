import { invalidRequest } from "./invalid-request.ts";
import { parseFieldInteger } from "./structured-fields.ts";

/** The request header with the most that the caller wants to pay, in micro-US-dollars. */
const MAX_PRICE_HEADER = "Max-Price";

/** Returns the most that a request may cost, in micro-US-dollars; `undefined` if it says nothing. Throws `invalid-request`. */
export function maxPriceOf(headers: Headers): number | undefined {
  const field = headers.get(MAX_PRICE_HEADER);
  if (field === null) return undefined;
  const price = parseFieldInteger(field);
  if (price !== undefined && price >= 0) return price;
  throw invalidRequest(MAX_PRICE_HEADER, "Send a whole number of micro-US-dollars, as in 1500.");
}
