/**
 * The pages: the file served at each URL path. A file that ends in `.html` is built from the file of that name in `src/`;
 * any other file is in `src/site/public/`.
 */
export const pages = {
  "/": "playground/index.html",
  "/docs": "site/docs/index.html",
  "/errors": "site/errors/index.html",
  "/llms.txt": "llms.txt",
  "/favicon.svg": "favicon.svg",
  // Browsers request it for URLs that are not HTML pages, for example /llms.txt.
  "/favicon.ico": "favicon.svg",
} as const satisfies Readonly<Record<string, string>>;
