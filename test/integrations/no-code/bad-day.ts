import type { Reply } from "./file-server.ts";

/** An answer of the API that something failed, which may be tried again after so many seconds. */
function problem(retryable: boolean, seconds: string): Reply {
  const members = { title: "Busy", detail: "It works.", fix: "Wait.", code: "overloaded", retryable };
  const headers = { "content-type": "application/problem+json", "retry-after": seconds };
  return { status: 503, headers, body: JSON.stringify(members) };
}

/** Replies at the paths of tasks, as a deployment gives them on a bad day: at once again, in an hour, in vain, and from a proxy in front of it. */
export const badDay = {
  "/v1/caption": problem(true, "0"),
  "/v1/detailed-caption": problem(true, "3600"),
  "/v1/ocr": problem(false, "0"),
  "/v1/more-detailed-caption": { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" },
} as const satisfies Readonly<Record<string, Reply>>;
