import { usdText } from "./micro-usd.ts";
import { isPricedTask, PRICE_REVISION, type PricedTask, pricePerUnit, promptPrice } from "./prices.ts";
import { MAX_NEW_TOKENS } from "./request-limits.ts";
import { MAX_BEAMS, MAX_LABELS } from "./requests.ts";
import { ANALYZE_PATH, BATCH_PATH, taskPath } from "./paths.ts";
import { MAX_REQUEST_UNITS, PROMPT_DEFAULTS } from "./work-units.ts";

/**
 * What an operation costs, as `x-payment-info` in the OpenAPI document: the extension by which agents that pay find prices (draft-payment-discovery, and
 * the catalogues of x402). Amounts are in dollars.
 */
export interface PaymentInfo {
  readonly price: {
    /** A price depends on the request; `POST /v1/quote` tells it. */
    readonly mode: "dynamic";
    readonly currency: "USD";
    readonly min: string;
    readonly max: string;
    /** Of a request without options. */
    readonly typical?: string;
  };
  /** How it is paid beside from the credits of the account whose key is sent: `x402`, where the deployment takes it. */
  readonly protocols: readonly string[];
  readonly revision: string;
}

function infoOf(min: number, max: number, typical?: number): PaymentInfo {
  const price = { mode: "dynamic", currency: "USD", min: usdText(min), max: usdText(max) } as const;
  return {
    price: { ...price, ...(typical !== undefined && { typical: usdText(typical) }) },
    protocols: [],
    revision: PRICE_REVISION,
  };
}

const pricedTasks = Object.keys(pricePerUnit).filter(isPricedTask);
const perUnit = pricedTasks.map((task) => pricePerUnit[task]);

function taskInfo(task: PricedTask): PaymentInfo {
  const [least, most] = [
    promptPrice(task, { beams: 1, maxNewTokens: 1 }),
    promptPrice(task, { beams: MAX_BEAMS, maxNewTokens: MAX_NEW_TOKENS }),
  ];
  // As many labels as a request may have work for.
  const max = Math.min(MAX_LABELS * most, MAX_REQUEST_UNITS * pricePerUnit[task]);
  return infoOf(least, max, promptPrice(task, PROMPT_DEFAULTS));
}

const infos: ReadonlyMap<string, PaymentInfo> = new Map([
  ...pricedTasks.map((task) => [taskPath(task), taskInfo(task)] as const),
  ...[ANALYZE_PATH, BATCH_PATH].map(
    (path) => [path, infoOf(Math.min(...perUnit), MAX_REQUEST_UNITS * Math.max(...perUnit))] as const,
  ),
]);

/** Returns what the operation at a path costs, and by which protocols it can be paid; `undefined` if it costs nothing. */
export function paymentInfo(path: string, protocols: readonly string[] = []): PaymentInfo | undefined {
  const info = infos.get(path);
  return info && { ...info, protocols };
}
