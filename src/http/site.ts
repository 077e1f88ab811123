import { Problem } from "../contract/problems.ts";
import type { Route } from "./route.ts";

/** The pages of this API, built; where they lie is not known here. */
export interface Site {
  /** Addresses, and the file that each shows. */
  readonly pages: Readonly<Record<string, string>>;
  /** Gets a file of the build; `headers` may say which version of it the caller has. 304 where that holds, 404 where there is no file. */
  readonly read: (file: string, headers: Headers) => Promise<Response>;
}

/** Nothing but files of this origin, and pictures that the page itself was given. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const REVALIDATED = "no-cache";
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Folders whose files are shown under their own names, and for how long they are kept: the names in the first hold a hash of what is in them. */
const folders = [
  { name: "assets", cacheControl: IMMUTABLE },
  { name: "samples", cacheControl: REVALIDATED },
] as const;

async function show({ read }: Site, file: string, request: Request, cacheControl: string): Promise<Response> {
  const known = request.headers.get("if-none-match");
  const found = await read(file, new Headers(known === null ? {} : { "if-none-match": known }));
  if (found.status === 404) {
    await found.body?.cancel();
    throw new Problem("not-found", `There is nothing at ${new URL(request.url).pathname}.`);
  }
  if (!found.ok && found.status !== 304) throw new Error(`${file} of the site: status ${found.status}`);
  const headers = new Headers({
    "cache-control": cacheControl,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  for (const name of ["content-type", "etag"]) {
    const value = found.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(found.body, { status: found.status, headers });
}

/** The last part of an address: one file's name, whatever is asked for. */
function lastName({ url }: Request): string {
  const { pathname } = new URL(url);
  return pathname.slice(pathname.lastIndexOf("/") + 1);
}

/** Every page, and what they load. */
export function siteRoutes(site: Site): readonly Route[] {
  const shown = Object.entries(site.pages).map(([path, file]): Route => ({
    method: "GET",
    path,
    handle: (request) => show(site, file, request, REVALIDATED),
  }));
  const loaded = folders.map(({ name, cacheControl }): Route => ({
    method: "GET",
    path: `/${name}/:file`,
    handle: (request) => show(site, `${name}/${lastName(request)}`, request, cacheControl),
  }));
  return [...shown, ...loaded];
}
