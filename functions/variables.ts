import * as z from "zod";

/** The shortest time to live that Workers KV accepts. */
const MIN_TTL_SECONDS = 60;

const count = z.coerce.number().pipe(z.int().positive());

/** The variables of a deployment; `wrangler.toml` explains each. */
export const Variables = z
  .object({
    MAX_IMAGE_PIXELS: count,
    MAX_CACHED_TOKENS: count,
    OVERLAY_PNG: z.enum(["auto", "true", "false"]),
    PLACEMENT: z.enum(["embedded", "split", "remote"]),
    MODEL: z.string().min(1),
    BACKEND_URL: z.union([z.url({ protocol: /^https?$/ }), z.literal("")]),
    BACKEND_TIMEOUT_MS: count,
    CACHE_TTL_SECONDS: count.pipe(z.number().min(MIN_TTL_SECONDS)),
    CACHE_MEMORY_BYTES: z.coerce.number().pipe(z.int().min(0)),
    CACHE_SALT: z.string(),
    ALLOW_HTTP_IMAGES: z.enum(["true", "false"]),
    IMAGE_DNS_URL: z.union([z.url({ protocol: /^https$/ }), z.literal("")]),
    /** A secret. */
    BACKEND_AUTHORIZATION: z.string().optional(),
  })
  .refine(({ PLACEMENT, BACKEND_URL }) => PLACEMENT === "embedded" || BACKEND_URL !== "", {
    path: ["BACKEND_URL"],
    error: "This placement needs the URL of a backend.",
  });
export type Variables = z.infer<typeof Variables>;
