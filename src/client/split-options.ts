import type { CallOptions } from "./call.ts";
import type { NamedOptions } from "./request.ts";

/** Separates the options of a call from those of the task, which are sent. */
export function splitOptions(given: CallOptions & NamedOptions): {
  readonly settings: CallOptions;
  readonly options: NamedOptions;
} {
  const { signal, timeoutMs, maxRetries, headers, apiKey, maxPrice, idempotencyKey, ...options } = given;
  return { settings: { signal, timeoutMs, maxRetries, headers, apiKey, maxPrice, idempotencyKey }, options };
}
