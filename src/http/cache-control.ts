import type { CacheDirectives, CacheReport } from "../contract/service.ts";

/** This cache's name in Cache-Status. */
const CACHE_NAME = "florence-edge";

function seconds(directives: ReadonlyMap<string, string | undefined>, name: string): number | undefined {
  const value = directives.get(name);
  return value !== undefined && /^\d+$/u.test(value) ? Number(value) : undefined;
}

/** Parses a request's Cache-Control (RFC 9111, RFC 5861). Unknown directives and invalid values are ignored, as the standard says. */
export function cacheDirectives(header: string | null): CacheDirectives {
  const directives = new Map(
    (header ?? "").split(",").map((part) => {
      const [name = "", value] = part.trim().toLowerCase().split("=", 2);
      return [name, value?.replaceAll('"', "")] as const;
    }),
  );
  return {
    noStore: directives.has("no-store"),
    noCache: directives.has("no-cache"),
    onlyIfCached: directives.has("only-if-cached"),
    maxAge: seconds(directives, "max-age"),
    staleIfError: seconds(directives, "stale-if-error"),
  };
}

/** Formats a cache report as Cache-Status (RFC 9211). A stale hit is marked in `detail`, since the standard has no parameter for it. */
export function cacheStatus({ hit, fwd, stored, collapsed, stale }: CacheReport): string {
  const parameters = [
    ...(hit ? ["hit"] : []),
    ...(fwd === undefined ? [] : [`fwd=${fwd}`]),
    ...(stored ? ["stored"] : []),
    ...(collapsed ? ["collapsed"] : []),
    ...(stale ? ["detail=stale-if-error"] : []),
  ];
  return [CACHE_NAME, ...parameters].join("; ");
}
