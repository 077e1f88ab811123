/** The load generator, in a process of its own: `load.ts FOLDER`, orders come over IPC, one at a time. */
import { type Question, type Questions, type QuestionSet, readQuestions } from "./requests.ts";
import { type Ids, type Message, type WireName, wires } from "./wires.ts";

/** Whom to ask what, and how hard. */
export interface Order {
  readonly url: string;
  readonly wire: WireName;
  readonly questions: QuestionSet;
  /** Requests under way at once: each that is answered is followed by the next. */
  readonly concurrency: number;
  /** How long to measure; none asks each question once. */
  readonly seconds?: number;
}

/** What came of an order. */
export interface Load {
  /** Answers a second, from when as many as are under way at once have been answered: until then the server fills up. */
  readonly rate: number;
  /** Of each answer that the rate counts, in milliseconds. */
  readonly latencies: readonly number[];
  /** All that were answered, those before and after the rate's time included. */
  readonly answers: number;
  /** What was answered last to each question; of those that were not asked, nothing. */
  readonly ids: readonly (Ids | undefined)[];
  /** Questions that were answered in two ways. */
  readonly unsteady: number;
}

interface Answer {
  readonly question: number;
  readonly ms: number;
  readonly at: number;
  readonly ids: Ids;
}

async function ask({ url, wire }: Order, { path, headers, body }: Message, question: number): Promise<Answer> {
  const started = performance.now();
  const response = await fetch(new URL(path, url), { method: "POST", headers, body });
  const reply = new Uint8Array(await response.arrayBuffer());
  const at = performance.now();
  if (!response.ok) throw new Error(`${response.status} ${new TextDecoder().decode(reply)}`);
  return { question, ms: at - started, at, ids: wires[wire].read(reply, response.headers) };
}

/** All answers in the order in which they came. */
async function answersTo(order: Order, questions: readonly Question[]): Promise<readonly Answer[]> {
  const { concurrency, seconds } = order;
  const messages = questions.map(wires[order.wire].write);
  const answers: Answer[] = [];
  let next = 0;
  const isOver = (): boolean => {
    if (seconds === undefined) return next >= messages.length;
    const begun = answers[concurrency - 1]?.at;
    return begun !== undefined && performance.now() >= begun + seconds * 1000;
  };
  const client = async (): Promise<void> => {
    while (!isOver()) {
      const question = next++ % messages.length;
      const message = messages[question];
      if (message !== undefined) answers.push(await ask(order, message, question));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return answers;
}

function loadOf(answers: readonly Answer[], { concurrency, seconds = Infinity }: Order): Load {
  const begun = answers[concurrency - 1]?.at ?? 0;
  const counted = answers.slice(concurrency).filter(({ at }) => at <= begun + seconds * 1000);
  const span = (counted.at(-1)?.at ?? Number.NaN) - begun;
  const ids: (Ids | undefined)[] = [];
  const unsteady = new Set<number>();
  for (const answer of answers) {
    const before = ids[answer.question];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(answer.ids)) unsteady.add(answer.question);
    ids[answer.question] = answer.ids;
  }
  const rate = (1000 * counted.length) / span;
  const latencies = counted.map(({ ms }) => ms);
  return { rate, latencies, answers: answers.length, ids, unsteady: unsteady.size };
}

const all: Questions = await readQuestions(process.argv[2] ?? "");
process.once("disconnect", () => process.exit());
process.on("message", (order: Order) => {
  void answersTo(order, all[order.questions]).then((answers) => process.send?.(loadOf(answers, order)));
});
