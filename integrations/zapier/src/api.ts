import type { Bundle, ZObject } from "zapier-platform-core";

/** Returns the address of an operation of the connected API. Throws for a base URL that is none. */
export function apiUrl(z: ZObject, { authData }: Bundle, path: string): string {
  const base = (authData["baseUrl"] ?? "").trim().replace(/\/+$/u, "");
  if (/^https?:\/\//iu.test(base) && URL.canParse(base)) return base + path;
  const message = `The base URL is not a web address. Enter where the API is, as in https://florence.example.com.`;
  throw new z.errors.Error(message, "base-url-invalid", 400);
}

/** Whether an address is one of the connected API: only there the key is sent, and only its errors are problems of the API. */
export function isApiUrl(url: string, { authData }: Bundle): boolean {
  const base = (authData["baseUrl"] ?? "").trim();
  return URL.canParse(base) && URL.canParse(url) && new URL(url).origin === new URL(base).origin;
}
