/** Syntax of a W3C `traceparent`. A header that does not match is not passed on. */
const traceContext = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/u;

/** Returns the trace context of a request; undefined if it has none that is valid. */
export function traceparentOf({ headers }: Request): string | undefined {
  const header = headers.get("traceparent");
  return header !== null && traceContext.test(header) ? header : undefined;
}
