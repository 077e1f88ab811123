import * as z from "zod";
import { isAuthorizationValue } from "../src/inference/protocol/authorization.ts";
import { isBaseUrl } from "../src/inference/protocol/urls.ts";
import { isAddress, isEvmNetwork, knownToken } from "../src/payments/x402/networks.ts";
import { readSecret } from "../src/webhooks/signature.ts";

/** The shortest time to live that Workers KV accepts. */
const MIN_TTL_SECONDS = 60;

/** The longest age that HTTP knows, about 68 years (RFC 9111, section 1.2.2). */
const MAX_TTL_SECONDS = 2 ** 31 - 1;

/** A day: a timer of more than 2^31 milliseconds would expire at once. */
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** A number, or a text of one. Not what JavaScript takes for 0 or 1 beside: an empty text, a boolean, a list. */
const number = z.union([z.number(), z.string().trim().min(1).pipe(z.coerce.number())], {
  error: "A whole number is needed.",
});
const count = number.pipe(z.int().positive());

/** A URL without a user name and password, with which `fetch` refuses every request. */
function hasNoCredentials(text: string): boolean {
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

const dnsUrl = z
  .url({ protocol: /^https$/, abort: true })
  .refine(hasNoCredentials, { error: "A resolver's URL has no user name and no password." });

const backendUrl = z.string().refine(isBaseUrl, {
  error: "A backend's URL is http(s)://host[:port][/path]; credentials go into BACKEND_AUTHORIZATION.",
});

const authorization = z.string().trim().refine(isAuthorizationValue, {
  error: "The value of an Authorization header has visible ASCII characters only.",
});

/** Longest time for which a key is trusted without asking its account, in seconds: an hour. */
const MAX_REVOCATION_SECONDS = 3600;

/** Shortest admin key, in characters: nobody guesses 32 random ones, and a word has fewer. */
const MIN_ADMIN_KEY = 32;

const adminKey = z
  .string()
  .trim()
  .min(MIN_ADMIN_KEY, `An admin key has at least ${MIN_ADMIN_KEY} characters.`)
  .refine(isAuthorizationValue, { error: "An admin key has visible ASCII characters only." });

const serverUrl = z.string().refine(isBaseUrl, {
  error: "Send http(s)://host[:port][/path], without credentials, query and fragment.",
});

/** An address, or none. What is wrong ends the check, so that it is not compared with other variables. */
const addressOrNone = z.string().refine((text) => text === "" || isAddress(text), {
  error: "An address is 0x and 40 hexadecimal digits.",
  abort: true,
});

/** A secret or restricted key of Stripe, of its test mode or of real money. */
const stripeKey = z
  .string()
  .trim()
  .regex(
    /^[sr]k_(?:live|test)_[0-9A-Za-z_]+$/u,
    "A key of Stripe begins with sk_live_, sk_test_, rk_live_ or rk_test_.",
  );

/** The signing secrets of the endpoint at Stripe, separated by commas: two while one replaces the other. */
const stripeSecrets = z
  .string()
  .transform((text) => text.split(",").map((secret) => secret.trim()))
  .pipe(z.array(z.string().regex(/^whsec_\S+$/u, "A signing secret of Stripe begins with whsec_.")).min(1));

const stripeUrl = z.string().refine((url) => isBaseUrl(url) && !url.endsWith("/"), {
  error: "The URL of Stripe's API is http(s)://host[:port], without a slash at the end.",
});

const eventsUrl = z
  .url({ protocol: /^https?$/, abort: true, error: "The address for events is an http(s) URL." })
  .refine(hasNoCredentials, { error: "The address for events has no user name and no password." });

/** A secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
const eventsSecret = z.string().transform((text, context) => {
  const secret = readSecret(text);
  if (secret !== undefined) return secret;
  context.addIssue({ code: "custom", message: "The secret for events is whsec_ and 24 to 64 bytes in base64." });
  return z.NEVER;
});

const returnUrl = z.url({ protocol: /^https?$/, error: "The address for payers to come back to is an http(s) URL." });

/** Stripe's API. */
const STRIPE_URL = "https://api.stripe.com";

/** A name of a host as a URL has it, or an IPv6 address in brackets; without a scheme and a port. */
const hostName = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])$/iu;

/** Names of hosts, separated by commas. */
const hostNames = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ""),
  )
  .refine((names) => names.every((name) => hostName.test(name)), {
    error: "Names of hosts are separated by commas, without http:// and without ports.",
  });

/** Where an optional text is set to nothing: `wrangler.toml` has no other way to say so. */
const none = z.literal("");

/** Returns the token that payments are made in: the one that is named in full, or the chain's own if none is named. */
export function x402Token(settings: {
  readonly X402_NETWORK: string;
  readonly X402_ASSET: string;
  readonly X402_ASSET_NAME: string;
  readonly X402_ASSET_VERSION: string;
}) {
  const { X402_NETWORK: network, X402_ASSET: asset, X402_ASSET_NAME: name, X402_ASSET_VERSION: version } = settings;
  const named = [asset, name, version].filter((text) => text !== "").length;
  if (named === 0) return knownToken(network);
  return named === 3 ? { asset, name, version } : undefined;
}

/** The variables of a deployment; `wrangler.toml` explains each. A value that passes makes nothing throw when the Worker is loaded. */
export const Variables = z
  .object({
    MAX_IMAGE_PIXELS: count,
    MAX_CACHED_TOKENS: count,
    OVERLAY_PNG: z.enum(["auto", "true", "false"]),
    PLACEMENT: z.enum(["embedded", "split", "remote"]),
    MODEL: z.string().min(1),
    BACKEND_URL: z.union([none, backendUrl]),
    BACKEND_TIMEOUT_MS: count.pipe(z.number().max(MAX_TIMEOUT_MS)),
    CACHE_TTL_SECONDS: count.pipe(z.number().min(MIN_TTL_SECONDS).max(MAX_TTL_SECONDS)),
    CACHE_MEMORY_BYTES: number.pipe(z.int().min(0)),
    CACHE_SALT: z.string(),
    ALLOW_HTTP_IMAGES: z.enum(["true", "false"]),
    IMAGE_DNS_URL: z.union([none, dnsUrl]),
    ACCOUNTS: z.enum(["off", "on"]).default("off"),
    REVOCATION_SECONDS: number.pipe(z.int().min(0).max(MAX_REVOCATION_SECONDS)).default(10),
    CACHE_SHARING: z.enum(["account", "deployment"]).default("account"),
    X402_FACILITATOR_URL: z.union([none, serverUrl]).default(""),
    X402_PAY_TO: addressOrNone.default(""),
    X402_NETWORK: z
      .string()
      .refine(isEvmNetwork, { error: "A chain is named as in eip155:8453.", abort: true })
      .default("eip155:8453"),
    X402_ASSET: addressOrNone.default(""),
    X402_ASSET_NAME: z.string().default(""),
    X402_ASSET_VERSION: z.string().default(""),
    X402_RPC_URL: z.union([none, z.url({ protocol: /^https?$/ })]).default(""),
    /** A secret. Empty counts as left out. */
    X402_FACILITATOR_AUTHORIZATION: z.union([none.transform(() => undefined), authorization]).optional(),
    MCP_HOSTS: hostNames.default([]),
    /** A secret. Empty counts as left out. */
    ADMIN_KEY: z.union([none.transform(() => undefined), adminKey]).optional(),
    /** A secret. Empty counts as left out: then nothing can be bought. */
    STRIPE_SECRET_KEY: z.union([none.transform(() => undefined), stripeKey]).optional(),
    /** A secret. Empty counts as left out. */
    STRIPE_WEBHOOK_SECRET: z.union([none.transform(() => undefined), stripeSecrets]).optional(),
    STRIPE_API_URL: z.union([none.transform(() => STRIPE_URL), stripeUrl]).default(STRIPE_URL),
    STRIPE_METER: z
      .string()
      .regex(/^\w{1,100}$/u, "The event name of a meter has letters, digits and underscores.")
      .default("florence_edge_micro_usd"),
    STRIPE_TAX: z.enum(["off", "automatic"]).default("off"),
    STRIPE_RETURN_URL: z.union([none, returnUrl]).default(""),
    EVENTS_URL: z.union([none, eventsUrl]).default(""),
    /** A secret. Empty counts as left out. */
    EVENTS_SECRET: z.union([none.transform(() => undefined), eventsSecret]).optional(),
    /** A secret. Empty counts as left out. */
    BACKEND_AUTHORIZATION: z.union([none.transform(() => undefined), authorization]).optional(),
  })
  .refine(({ PLACEMENT, BACKEND_URL }) => PLACEMENT === "embedded" || BACKEND_URL !== "", {
    path: ["BACKEND_URL"],
    error: "This placement needs the URL of a backend.",
  })
  .refine(({ ACCOUNTS, ADMIN_KEY }) => ACCOUNTS === "off" || ADMIN_KEY !== undefined, {
    path: ["ADMIN_KEY"],
    error: "Accounts need a secret ADMIN_KEY.",
  })
  .refine(({ X402_FACILITATOR_URL: url, X402_PAY_TO: payTo }) => (url === "") === (payTo === ""), {
    path: ["X402_PAY_TO"],
    error: "X402_FACILITATOR_URL and X402_PAY_TO are both set, or both empty.",
  })
  .refine(({ X402_FACILITATOR_URL: url, ACCOUNTS }) => url === "" || ACCOUNTS === "on", {
    path: ["X402_FACILITATOR_URL"],
    error: "Payments need ACCOUNTS=on: without accounts, answers cost nothing.",
  })
  .refine((settings) => settings.X402_FACILITATOR_URL === "" || x402Token(settings) !== undefined, {
    path: ["X402_ASSET"],
    error: "For this chain, set X402_ASSET, X402_ASSET_NAME and X402_ASSET_VERSION.",
  })
  .refine(({ ACCOUNTS, STRIPE_SECRET_KEY }) => ACCOUNTS === "on" || STRIPE_SECRET_KEY === undefined, {
    path: ["STRIPE_SECRET_KEY"],
    error: "Credits are bought for accounts: set ACCOUNTS to on, or leave STRIPE_SECRET_KEY empty.",
  })
  .refine(({ STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secrets }) => key === undefined || secrets !== undefined, {
    path: ["STRIPE_WEBHOOK_SECRET"],
    error: "Payments arrive as events: STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET.",
  })
  .refine(({ EVENTS_URL, STRIPE_SECRET_KEY }) => EVENTS_URL === "" || STRIPE_SECRET_KEY !== undefined, {
    path: ["EVENTS_URL"],
    error: "Events tell of balances that are bought with STRIPE_SECRET_KEY: set it, or leave EVENTS_URL empty.",
  })
  .refine(({ EVENTS_URL, EVENTS_SECRET }) => EVENTS_URL === "" || EVENTS_SECRET !== undefined, {
    path: ["EVENTS_SECRET"],
    error: "Events are signed: EVENTS_URL needs EVENTS_SECRET.",
  });
export type Variables = z.infer<typeof Variables>;
