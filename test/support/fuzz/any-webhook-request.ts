import * as fc from "fast-check";
import { eventTypes } from "../../../src/contract/webhooks.ts";
import { webhookPaths, WEBHOOKS_PATH } from "../../../src/contract/paths.ts";
import { anyHeaders } from "./any-headers.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { weighted } from "./labelled.ts";

/** Addresses, of which the first has a receiver. */
const addresses = (receiver: string) => [
  receiver,
  receiver,
  `${receiver}/${"x".repeat(200)}`,
  "http://127.0.0.1:9/",
  "https://10.0.0.7/",
  "https://[::1]/",
  "https://user:secret@example.com/",
  "file:///etc/passwd",
  "no URL",
  "",
  `https://example.com/${"x".repeat(5000)}`,
];

const queries = fc.constantFrom(
  "",
  "?limit=1",
  "?limit=0",
  "?cursor=x",
  `?cursor=${btoa('[["deliveries",null,null],[1]]')}`,
  "?job=job_3kTq9XfW0bYh2LsZ5cVn1A",
  "?job=%00",
  "?a=b",
);

const anyBody = (receiver: string) => {
  const url = fc.constantFrom(...addresses(receiver));
  const events = fc.oneof(
    fc.array(fc.constantFrom(...eventTypes), { maxLength: 3 }),
    fc.constantFrom(null, "job.succeeded", ["job.begun"], {}),
  );
  const valid = fc.oneof(fc.record({ url }), fc.record({ url, events }), fc.record({ webhook: fc.string() }));
  return weighted<unknown>([6, valid], [1, fc.constant({})], [1, fc.jsonValue()]);
};

/** Requests to the operations of webhooks, with one of some keys or without one. */
export function anyWebhookRequest(keys: readonly string[], receiver: string): fc.Arbitrary<FuzzRequest> {
  const paths = [
    WEBHOOKS_PATH,
    WEBHOOKS_PATH,
    webhookPaths.secret,
    webhookPaths.test,
    webhookPaths.deliveries,
    `${WEBHOOKS_PATH}/whk_${"a".repeat(16)}`,
    `${WEBHOOKS_PATH}/%ff`,
  ];
  const methods = fc.constantFrom("GET", "GET", "POST", "POST", "POST", "DELETE", "HEAD", "PUT");
  const key = weighted<string | undefined>([9, fc.constantFrom(...keys)], [1, fc.constant(undefined)]);
  return fc
    .tuple(methods, fc.constantFrom(...paths), queries, key, anyBody(receiver), anyHeaders)
    .map(([method, path, query, given, json, odd]): FuzzRequest => {
      const text = JSON.stringify(json);
      const isSent = method === "POST" || method === "PUT";
      return {
        what: `${method} ${path}${query} ${isSent ? text.slice(0, 200) : ""}`,
        method,
        target: path + query,
        headers: [
          ...odd,
          ...(given === undefined ? [] : [["authorization", `Bearer ${given}`] as const]),
          ...(isSent ? [["content-type", "application/json"] as const] : []),
        ],
        body: isSent ? new TextEncoder().encode(text) : undefined,
        transfer: "length",
        isValid: false,
        stalls: false,
      };
    });
}
