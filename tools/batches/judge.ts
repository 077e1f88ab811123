import type { BatchObject } from "../../src/contract/batches.ts";
import { classPrice, promptPrice } from "../../src/contract/prices.ts";
import { type Finding, finding } from "../ledger/finding.ts";
import type { Books } from "../ledger/observation.ts";
import type { CampaignLine } from "./lines.ts";

/** What was seen of a batch. */
export interface SeenBatch {
  readonly lines: readonly CampaignLine[];
  readonly batch: BatchObject;
  /** The lines of the output file, and those of the error file. */
  readonly output: readonly string[];
  readonly errors: readonly string[];
  /** Answers to the same questions that were asked directly afterwards, by `custom_id`. */
  readonly direct: ReadonlyMap<string, { readonly charge: string | null; readonly text: string }>;
  readonly books: Books;
  /** What the account was given. */
  readonly credit: number;
  readonly kills: number;
  readonly killed: number;
}

/** What a line of an output file says. */
interface Result {
  readonly id: string;
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: unknown } | null;
}

/** What a line costs here, in micro-US-dollars. */
const PRICE = classPrice(promptPrice("caption-to-phrase-grounding", {}), "batch");

function resultIn(line: string): Result {
  const result: Result = JSON.parse(line);
  return result;
}

function difference(one: Iterable<string>, other: Iterable<string>): readonly string[] {
  const others = new Set(other);
  return [...one].filter((each) => !others.has(each));
}

function repeated(values: readonly string[]): readonly string[] {
  return [...Map.groupBy(values, (value) => value)].filter(([, all]) => all.length > 1).map(([value]) => value);
}

/** Results by the lines that they are of. */
function judgeIds({ lines, output, errors }: SeenBatch): readonly Finding[] {
  const [answered, refused] = [output.map(resultIn), errors.map(resultIn)];
  const idsOf = (isBroken: boolean): readonly string[] =>
    lines.filter(({ body }) => (body === undefined) === isBroken).map(({ customId }) => customId);
  const all = lines.map(({ customId }) => customId);
  const [good, bad] = [answered.map(({ custom_id }) => custom_id), refused.map(({ custom_id }) => custom_id)];
  const ids = [...good, ...bad];
  return [
    finding("lines without a result", difference(all, ids)),
    finding("results of no line", difference(ids, all)),
    finding("lines with several results", repeated(ids)),
    finding("ids that several results have", repeated([...answered, ...refused].map(({ id }) => id))),
    finding("good lines that were not answered", difference(idsOf(false), good)),
    finding("broken lines that are not in the error file", difference(idsOf(true), bad)),
  ];
}

function judgeAnswers({ lines, batch, output, errors, direct }: SeenBatch): readonly Finding[] {
  const { status, request_counts: counts } = batch;
  const isCounted =
    counts.total === lines.length && counts.completed === output.length && counts.failed === errors.length;
  const unlike = output.map(resultIn).filter(({ custom_id, response }) => {
    const wanted = direct.get(custom_id);
    return wanted !== undefined && JSON.stringify(response?.body) !== wanted.text;
  });
  const costly = [...direct].filter(([, { charge }]) => charge?.startsWith("0;") !== true);
  return [
    finding("batches that were not completed", status === "completed" ? [] : [JSON.stringify(batch)]),
    finding("counts that are not those of the files", isCounted ? [] : [JSON.stringify(counts)]),
    finding(
      "answers unlike those of a direct request",
      unlike.map(({ custom_id }) => custom_id),
    ),
    finding(
      "direct requests that cost something after the batch",
      costly.map(([id, { charge }]) => `${id}: ${charge}`),
    ),
  ];
}

function judgeBooks({ lines, books, credit }: SeenBatch): readonly Finding[] {
  const wanted = new Set(lines.flatMap(({ body }) => body ?? [])).size;
  const charges = books.after.filter(({ kind }) => kind === "charge");
  const rules: readonly (readonly [string, boolean])[] = [
    [`${charges.length} charges for ${wanted} different questions`, charges.length === wanted],
    ["entries that are no charges", books.after.every(({ kind }) => kind === "charge" || kind === "grant")],
    [`the balance is ${books.balance}`, books.balance === credit - wanted * PRICE],
    [`${books.held} are held`, books.held === 0],
    [`the audit finds ${JSON.stringify(books.audit.violations)}`, books.audit.violations.length === 0],
  ];
  return [
    finding("ids that were charged twice", repeated(charges.map(({ id }) => id))),
    finding(
      "charges that are not half the price",
      charges.filter(({ amount }) => amount !== -PRICE).map((entry) => JSON.stringify(entry)),
    ),
    finding(
      "books that contradict the batch",
      rules.filter(([, holds]) => !holds).map(([what]) => what),
    ),
  ];
}

/** Judges a campaign of one batch: what must not be, with what was found of it. */
export function judgeBatch(seen: SeenBatch): readonly Finding[] {
  const { kills, killed } = seen;
  const few = killed < kills ? [`${killed} kills of ${kills}`] : [];
  return [
    ...judgeIds(seen),
    ...judgeAnswers(seen),
    ...judgeBooks(seen),
    finding("too little of what was to be shown", few),
  ];
}
