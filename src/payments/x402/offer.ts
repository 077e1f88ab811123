import { bazaar, exampleBodies } from "./bazaar.ts";
import { type Terms, requirementsFor } from "./terms.ts";
import type { TaskRow } from "../../contract/service.ts";
import { X402_VERSION } from "./schemas.ts";
import { encodeHeader, type PaymentRequired, type PaymentRequirements } from "./wire.ts";

/** The service's name in catalogues. */
const SERVICE_NAME = "florence-edge";

/** What a request would be paid with. */
export interface Offer {
  readonly requirements: PaymentRequirements;
  /** The value of `PAYMENT-REQUIRED`; `error` says why this request is not paid. */
  header(error: string): string;
}

/** Offers a price for a request, in micro-US-dollars. */
export type MakeOffer = (request: Request, price: number) => Offer;

/** Returns what makes offers in a deployment. What does not depend on the request is made once. */
export function createMakeOffer(terms: Terms, tasks: readonly TaskRow[]): MakeOffer {
  const bodies = exampleBodies(tasks);
  const summaries = new Map(tasks.map(({ name, summary }) => [`/v1/${name}`, summary]));
  return ({ url }, price) => {
    const { origin, pathname } = new URL(url);
    const requirements = requirementsFor(terms, price);
    const body = bodies.get(pathname);
    return {
      requirements,
      header: (error) => {
        const required: PaymentRequired = {
          x402Version: X402_VERSION,
          error,
          // Without the query, which may hold what the caller asks.
          resource: {
            url: origin + pathname,
            description: summaries.get(pathname) ?? "Florence-2 over HTTP",
            mimeType: "application/json",
            serviceName: SERVICE_NAME,
          },
          accepts: [requirements],
          ...(body !== undefined && { extensions: { bazaar: bazaar(body) } }),
        };
        return encodeHeader(required);
      },
    };
  };
}
