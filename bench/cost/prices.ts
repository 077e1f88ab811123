/** What something costs on Cloudflare's paid plan beyond what the plan includes, in US dollars for a million. */
interface Price {
  readonly perMillion: number;
  readonly source: string;
}

/** When the list prices were last looked up. */
export const PRICES_DATE = "2026-12-01";

const WORKERS = "https://developers.cloudflare.com/workers/platform/pricing/";
const OBJECTS = "https://developers.cloudflare.com/durable-objects/platform/pricing/";
const KV = "https://developers.cloudflare.com/kv/platform/pricing/";

/** Cloudflare's list prices of what an answer uses. */
export const prices = {
  requests: { perMillion: 0.3, source: WORKERS },
  cpuMs: { perMillion: 0.02, source: WORKERS },
  objectRequests: { perMillion: 0.15, source: OBJECTS },
  /** An object is billed for 128 MB while it is awake, whatever it uses. */
  objectGbSeconds: { perMillion: 12.5, source: OBJECTS },
  rowsWritten: { perMillion: 1, source: OBJECTS },
  kvReads: { perMillion: 0.5, source: KV },
  kvWrites: { perMillion: 5, source: KV },
} as const satisfies Readonly<Record<string, Price>>;

/** Memory for which an awake object is billed, in GB. */
export const OBJECT_GB = 0.128;

/** What a request was measured to use. */
export interface Usage {
  readonly cpuMs: number;
  readonly objectRequests: number;
  readonly objectMs: number;
  readonly rowsWritten: number;
  readonly kvReads: number;
  readonly kvWrites: number;
}

/** Returns what a million answers cost in US dollars, by what is paid for. */
export function dollarsPerMillion(usage: Usage): Readonly<Record<keyof typeof prices, number>> {
  return {
    requests: prices.requests.perMillion,
    cpuMs: usage.cpuMs * prices.cpuMs.perMillion,
    objectRequests: usage.objectRequests * prices.objectRequests.perMillion,
    objectGbSeconds: (usage.objectMs / 1000) * OBJECT_GB * prices.objectGbSeconds.perMillion,
    rowsWritten: usage.rowsWritten * prices.rowsWritten.perMillion,
    kvReads: usage.kvReads * prices.kvReads.perMillion,
    kvWrites: usage.kvWrites * prices.kvWrites.perMillion,
  };
}
