import type { ApiDocument } from "./api-document.ts";

/** The price table as the API tells it, as far as the page needs it. Money is in micro-US-dollars. */
export interface Pricing {
  readonly rules: { readonly repeat_seconds: number };
  readonly work: {
    readonly tokens_per_unit: number;
    readonly default_beams: number;
    readonly default_max_new_tokens: number;
  };
  readonly tasks: readonly { readonly task: string; readonly per_unit: number }[];
}

const MICRO_USD_PER_USD = 1_000_000;

/** Formats an amount in dollars: 1500 → `$0.0015`. */
export function dollars(microUsd: number): string {
  const fraction = String(Math.abs(microUsd) % MICRO_USD_PER_USD).padStart(6, "0");
  const sign = microUsd < 0 ? "-" : "";
  return `${sign}$${Math.floor(Math.abs(microUsd) / MICRO_USD_PER_USD)}.${fraction.replace(/0{1,4}$/u, "")}`;
}

function positive(value: unknown, standard: number): number {
  return typeof value === "number" && value > 0 ? value : standard;
}

/** Returns the most that a request costs, in micro-US-dollars: its prompts times their units of work; `undefined` for a task without a price. */
export function priceOf(
  { work, tasks }: Pricing,
  task: string,
  options: Readonly<Record<string, unknown>>,
): number | undefined {
  const perUnit = tasks.find((row) => row.task === task)?.per_unit;
  if (perUnit === undefined) return undefined;
  const beams = positive(options["beams"], work.default_beams);
  const tokens = positive(options["max_new_tokens"], work.default_max_new_tokens);
  const { labels } = options;
  const prompts = Array.isArray(labels) && labels.length > 0 ? labels.length : 1;
  return prompts * perUnit * Math.ceil((beams * tokens) / work.tokens_per_unit);
}

/** Whether the API has accounts: only then does its document have prices. */
export function hasPrices({ paths }: ApiDocument): boolean {
  return paths["/v1/pricing"] !== undefined;
}

/** Loads the prices of an API that has them. Rejects on an error status. */
export async function loadPricing(fetch: typeof globalThis.fetch): Promise<Pricing> {
  const response = await fetch("/v1/pricing");
  if (!response.ok) throw new Error(`/v1/pricing: status ${response.status}`);
  return response.json();
}
