import { excerpt } from "../bytes/excerpt.ts";
import { Problem } from "../contract/problems.ts";
import type { Route } from "./route.ts";

/** Files in which every `placeholder`, an origin, is replaced by that of the request. */
export interface SiteDocuments {
  readonly placeholder: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The built website of this API, independent of where its files are stored. */
export interface Site {
  /** The file of each page, by path. */
  readonly pages: Readonly<Record<string, string>>;
  /** Files in which the API's address stands in the place of another, by path: documents that tools import from their address. */
  readonly documents?: SiteDocuments;
  /** Reads a file of the build; `headers` may contain If-None-Match. Responds with 304 if it matches, with 404 if there is no such file. */
  readonly read: (file: string, headers: Headers) => Promise<Response>;
}

/** Allows only files of this origin, and images that were given to the page itself. */
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

/** Folders whose files are served under their own names, and how they are cached: names in `assets` contain a hash of the content. */
const folders = [
  { name: "assets", cacheControl: IMMUTABLE },
  { name: "samples", cacheControl: REVALIDATED },
] as const;

async function serveFile({ read }: Site, file: string, request: Request, cacheControl: string): Promise<Response> {
  const ifNoneMatch = request.headers.get("if-none-match");
  const stored = await read(file, new Headers(ifNoneMatch === null ? {} : { "if-none-match": ifNoneMatch }));
  if (stored.status === 404) {
    await stored.body?.cancel();
    throw new Problem("not-found", `There is nothing at ${excerpt(new URL(request.url).pathname)}.`);
  }
  if (!stored.ok && stored.status !== 304) throw new Error(`${file} of the site: status ${stored.status}`);
  const headers = new Headers({
    "cache-control": cacheControl,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  for (const name of ["content-type", "etag"]) {
    const value = stored.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(stored.body, { status: stored.status, headers });
}

/** Replaces an origin, and its host and scheme where a document has them apart. */
function withOrigin(text: string, placeholder: string, { origin, host, protocol }: URL): string {
  const scheme = protocol.replace(":", "");
  return text
    .replaceAll(placeholder, origin)
    .replaceAll(new URL(placeholder).host, host)
    .replace('"schemes":["https"]', `"schemes":["${scheme}"]`);
}

async function serveDocument(
  site: Site,
  { file, placeholder }: { readonly file: string; readonly placeholder: string },
  request: Request,
) {
  const stored = await site.read(file, new Headers());
  if (!stored.ok) throw new Error(`${file} of the site: status ${stored.status}`);
  const text = withOrigin(await stored.text(), placeholder, new URL(request.url));
  return new Response(text, { headers: { "content-type": "application/json", "cache-control": REVALIDATED } });
}

/** The last segment of a path: always the name of a single file, never a path. */
function lastSegment({ url }: Request): string {
  const { pathname } = new URL(url);
  return pathname.slice(pathname.lastIndexOf("/") + 1);
}

/** The routes of all pages, and of the files that they load. */
export function siteRoutes(site: Site): readonly Route[] {
  const pages = Object.entries(site.pages).map(([path, file]): Route => ({
    method: "GET",
    path,
    handle: (request) => serveFile(site, file, request, REVALIDATED),
  }));
  const files = folders.map(({ name, cacheControl }): Route => ({
    method: "GET",
    path: `/${name}/:file`,
    handle: (request) => serveFile(site, `${name}/${lastSegment(request)}`, request, cacheControl),
  }));
  const { placeholder = "", files: documents = {} } = site.documents ?? {};
  const imported = Object.entries(documents).map(([path, file]): Route => ({
    method: "GET",
    path,
    handle: (request) => serveDocument(site, { file, placeholder }, request),
  }));
  return [...pages, ...imported, ...files];
}
