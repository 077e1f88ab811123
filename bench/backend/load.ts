/** The load generator, in its own process: `load.ts FOLDER`. It receives `LoadOptions` over IPC, one at a time. */
import { type ImageRequest, readRequests, type RequestSet, type RequestSets } from "./requests.ts";
import { type Ids, type Message, type WireName, wires } from "./wires.ts";

/** The server, the requests and the concurrency of a load. */
export interface LoadOptions {
  readonly url: string;
  readonly wire: WireName;
  readonly requests: RequestSet;
  /** Concurrent requests: after each answer the next request is sent. */
  readonly concurrency: number;
  /** The duration of the measurement; undefined sends each request once. */
  readonly seconds?: number;
}

/** The result of a load. */
export interface Load {
  /** Answers per second, counted after the first `concurrency` answers, when the server has reached its steady state. */
  readonly rate: number;
  /** Latencies of the answers that the rate counts, in milliseconds. */
  readonly latencies: readonly number[];
  /** The number of all answers, including those before and after the counted time. */
  readonly answers: number;
  /** The last answer to each request by its index; undefined for requests that were not sent. */
  readonly ids: readonly (Ids | undefined)[];
  /** The number of requests that got differing answers. */
  readonly unsteady: number;
}

interface Answer {
  readonly index: number;
  readonly ms: number;
  readonly at: number;
  readonly ids: Ids;
}

async function send({ url, wire }: LoadOptions, { path, headers, body }: Message, index: number): Promise<Answer> {
  const started = performance.now();
  const response = await fetch(new URL(path, url), { method: "POST", headers, body });
  const reply = new Uint8Array(await response.arrayBuffer());
  const at = performance.now();
  if (!response.ok) throw new Error(`${response.status} ${new TextDecoder().decode(reply)}`);
  return { index, ms: at - started, at, ids: wires[wire].decode(reply, response.headers) };
}

/** Sends the requests and returns all answers in the order of their arrival. */
async function answersTo(options: LoadOptions, requests: readonly ImageRequest[]): Promise<readonly Answer[]> {
  const { concurrency, seconds } = options;
  const messages = requests.map(wires[options.wire].encode);
  const answers: Answer[] = [];
  let next = 0;
  const isOver = (): boolean => {
    if (seconds === undefined) return next >= messages.length;
    const begun = answers[concurrency - 1]?.at;
    return begun !== undefined && performance.now() >= begun + seconds * 1000;
  };
  const client = async (): Promise<void> => {
    while (!isOver()) {
      const index = next++ % messages.length;
      const message = messages[index];
      if (message !== undefined) answers.push(await send(options, message, index));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return answers;
}

function loadOf(answers: readonly Answer[], { concurrency, seconds = Infinity }: LoadOptions): Load {
  const begun = answers[concurrency - 1]?.at ?? 0;
  const counted = answers.slice(concurrency).filter(({ at }) => at <= begun + seconds * 1000);
  const span = (counted.at(-1)?.at ?? Number.NaN) - begun;
  const ids: (Ids | undefined)[] = [];
  const unsteady = new Set<number>();
  for (const answer of answers) {
    const before = ids[answer.index];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(answer.ids)) unsteady.add(answer.index);
    ids[answer.index] = answer.ids;
  }
  const rate = (1000 * counted.length) / span;
  const latencies = counted.map(({ ms }) => ms);
  return { rate, latencies, answers: answers.length, ids, unsteady: unsteady.size };
}

const all: RequestSets = await readRequests(process.argv[2] ?? "");
process.once("disconnect", () => process.exit());
process.on("message", (options: LoadOptions) => {
  void answersTo(options, all[options.requests]).then((answers) => process.send?.(loadOf(answers, options)));
});
