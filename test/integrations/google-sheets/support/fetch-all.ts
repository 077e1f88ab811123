import { text } from "node:stream/consumers";
import * as z from "zod";

const Request = z.object({
  url: z.string(),
  method: z.literal("POST"),
  payload: z.string(),
  headers: z.record(z.string(), z.string()),
});

/** Sends the requests on the standard input at once, and prints their replies, as Google's servers do for `UrlFetchApp.fetchAll`. */
const requests = z.array(Request).parse(JSON.parse(await text(process.stdin)));
const replies = requests.map(async ({ url, payload, headers }) => {
  const response = await fetch(url, { method: "POST", headers, body: payload, redirect: "manual" });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
});
process.stdout.write(JSON.stringify(await Promise.all(replies)));
