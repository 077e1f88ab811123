import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { dollarsPerMillion, PRICES_DATE, prices } from "../../bench/cost/prices.ts";
import { root } from "../serve.ts";
import { tableOf } from "./table.ts";

const amount = z.number().nonnegative();
const Report = z.object({
  date: z.iso.date(),
  commit: z.string(),
  answers: amount,
  cases: z.record(
    z.string(),
    z.object({
      cpuMs: amount,
      objectRequests: amount,
      objectMs: amount,
      rowsWritten: amount,
      kvReads: amount,
      kvWrites: amount,
    }),
  ),
});

const dollars = (value: number): string => `$${value.toFixed(2)}`;
const count = (value: number): string => String(Number(value.toFixed(2)));

/** What of an answer's price is most of it. */
const names = {
  requests: "the request",
  cpuMs: "processor time",
  objectRequests: "calls of objects",
  objectGbSeconds: "objects that are awake",
  rowsWritten: "rows of the account",
  kvReads: "reads of KV",
  kvWrites: "writes of KV",
} as const satisfies Readonly<Record<keyof typeof prices, string>>;

function mostOf(costs: ReturnType<typeof dollarsPerMillion>, sum: number): string {
  const [most] = Object.entries(names).toSorted(([one], [other]) => priceOf(costs, other) - priceOf(costs, one));
  if (most === undefined) return "";
  return `${most[1]}, ${Math.round((100 * priceOf(costs, most[0])) / sum)} %`;
}

function priceOf(costs: ReturnType<typeof dollarsPerMillion>, name: string): number {
  return new Map(Object.entries(costs)).get(name) ?? 0;
}

async function readReport(): Promise<z.infer<typeof Report>> {
  return Report.parse(JSON.parse(await readFile(join(root, "bench/cost.json"), "utf8")));
}

function sumOf(costs: ReturnType<typeof dollarsPerMillion>): number {
  return Object.values(costs).reduce((one, other) => one + other, 0);
}

/** An example of a backend's machine: what an hour of it costs in US dollars, and how many answers it gives in a second. */
const MACHINE = { dollarsPerHour: 1, answersPerSecond: 20 };

/** The lowest example price of an answer, in US dollars: a caption with one beam (`src/contract/prices.ts`). */
const LOWEST_PRICE = 0.0001;

/** From what price on an operator earns: a paid miss, and what the model costs. */
export async function earningTable(): Promise<string> {
  const { cases } = await readReport();
  const [paid, embedded] = [cases["paid miss"], cases["miss, model in the isolate"]];
  if (paid === undefined || embedded === undefined) throw new Error("cost.json lacks a case.");
  const cloudflare = sumOf(dollarsPerMillion(paid));
  const busy = (MACHINE.dollarsPerHour * 1_000_000) / (3600 * MACHINE.answersPerSecond);
  const models = {
    "in the isolate": dollarsPerMillion(embedded).cpuMs,
    "on the machine, always busy": busy,
    "on the machine, busy for a tenth of the time": busy * 10,
  };
  const rows = Object.entries(models).map(([where, model]) => {
    const sum = cloudflare + model;
    return [where, dollars(cloudflare), dollars(model), dollars(sum), `$${(sum / 1_000_000).toFixed(6)}`];
  });
  const share = busy / (LOWEST_PRICE * 1_000_000 - cloudflare);
  const text = `At the lowest example price, $${LOWEST_PRICE} for a caption with one beam, the machine has to be busy for ${Math.round(share * 100)} % of the time.`;
  return `${tableOf(["model", "Cloudflare, a million", "model, a million", "both", "an operator earns above"], rows)}\n\n${text}`;
}

/** What an answer uses and costs, as measured. */
export async function costTable(): Promise<string> {
  const report = await readReport();
  const rows = Object.entries(report.cases).map(([name, usage]) => {
    const costs = dollarsPerMillion(usage);
    const sum = sumOf(costs);
    const { cpuMs, objectRequests, objectMs, rowsWritten, kvReads, kvWrites } = usage;
    const used = [cpuMs, objectRequests, objectMs, rowsWritten, kvReads, kvWrites].map(count);
    return [name, ...used, dollars(sum), mostOf(costs, sum)];
  });
  const header = [
    "answer",
    "CPU, ms",
    "calls of objects",
    "their ms",
    "rows",
    "KV reads",
    "KV writes",
    "a million",
    "most of it",
  ];
  return `Measured on ${report.date}, commit \`${report.commit}\`, ${report.answers} answers of each kind.\n\n${tableOf(header, rows)}`;
}

/** The list prices that the table is computed from. */
export function priceTable(): string {
  const units = {
    requests: "requests",
    cpuMs: "milliseconds of processor time",
    objectRequests: "calls of Durable Objects",
    objectGbSeconds: "GB-seconds of Durable Objects that are awake, each with 128 MB",
    rowsWritten: "rows that Durable Objects write, alarms included",
    kvReads: "reads of KV, also of what is not there",
    kvWrites: "writes of KV",
  } as const satisfies Readonly<Record<keyof typeof prices, string>>;
  const rows = Object.entries(prices).map(([name, { perMillion, source }]) => {
    const unit = Object.entries(units).find(([each]) => each === name)?.[1] ?? name;
    return [unit, `$${perMillion}`, `<${source}>`];
  });
  return `Looked up on ${PRICES_DATE}.\n\n${tableOf(["a million", "costs", "source"], rows)}`;
}
