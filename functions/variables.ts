import * as z from "zod";
import { isAuthorizationValue } from "../src/inference/protocol/authorization.ts";
import { isBaseUrl } from "../src/inference/protocol/urls.ts";

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
    MCP_HOSTS: hostNames.default([]),
    /** A secret. Empty counts as left out. */
    ADMIN_KEY: z.union([none.transform(() => undefined), adminKey]).optional(),
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
  });
export type Variables = z.infer<typeof Variables>;
