import type { Reply } from "./file-server.ts";

/** An answer of the API that something failed, which may be tried again after so many seconds. */
function problem(retryable: boolean, seconds: string): Reply {
  const members = { title: "Busy", detail: "It works.", fix: "Wait.", code: "overloaded", retryable };
  const headers = { "content-type": "application/problem+json", "retry-after": seconds };
  return { status: 503, headers, body: JSON.stringify(members) };
}

/** A web page, as a server gives that is not the API. */
const page = (status: number): Reply => ({ status, headers: { "content-type": "text/html" }, body: "<h1>Hello</h1>" });

/** Replies at the API's paths that are seldom: try again at once, in an hour, in vain; and of other servers, a proxy in front of it or one whose address was entered by mistake. */
export const badDay = {
  "/v1/caption": problem(true, "0"),
  "/v1/detailed-caption": problem(true, "3600"),
  "/v1/ocr": problem(false, "0"),
  "/v1/more-detailed-caption": page(502),
  "/v1/ocr-with-region": page(200),
  "/v1/me": page(200),
} as const satisfies Readonly<Record<string, Reply>>;
