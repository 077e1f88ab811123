import { join } from "node:path";

/** Stripe's SDK, as far as it is used here. */
export interface StripeSdk {
  readonly webhooks: {
    constructEventAsync(body: string, header: string, secret: string): Promise<unknown>;
    generateTestHeaderStringAsync(options: { payload: string; secret: string; timestamp?: number }): Promise<string>;
  };
  readonly checkout: { readonly sessions: { create(fields: object): Promise<unknown> } };
  readonly paymentIntents: { create(fields: object): Promise<{ readonly id: string }> };
  readonly refunds: { create(fields: object): Promise<{ readonly id: string }> };
}

interface StripeModule {
  readonly default: {
    new (key: string, options?: object): StripeSdk;
    readonly API_VERSION: string;
    createFetchHttpClient(fetch: (url: unknown, init?: RequestInit) => Promise<Response>): object;
  };
}

// By its path: it is installed here only, by the first run, so that nothing else can import it.
const path = join(import.meta.dirname, "../node_modules/stripe/esm/stripe.esm.node.js");
const sdk: StripeModule = await import(path);

export const { default: Stripe } = sdk;
