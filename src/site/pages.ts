/**
 * The pages: addresses, and the file that each shows. A file that ends in `.html` is built from the one of that name here in `src/`;
 * any other lies in `src/site/public/`.
 */
export const pages = {
  "/": "playground/index.html",
  "/docs": "site/docs/index.html",
  "/errors": "site/errors/index.html",
  "/llms.txt": "llms.txt",
  "/favicon.svg": "favicon.svg",
  // Browsers ask for it beside whatever is no page, /llms.txt for one.
  "/favicon.ico": "favicon.svg",
} as const satisfies Readonly<Record<string, string>>;
