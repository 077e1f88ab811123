/** The names of the model's graphs. */
export const graphs = ["vision", "embedding", "encoder", "decoder"] as const;

/** One of the model's graphs. */
export type Graph = (typeof graphs)[number];

/** Milliseconds by graph. */
export type Times = Readonly<Record<Graph, number>>;

const none: Times = { vision: 0, embedding: 0, encoder: 0, decoder: 0 };

/** Sums the run time of each graph. */
export class GraphTimes {
  #times: Times = none;

  /** Runs a graph and adds its time. */
  async measure<Result>(graph: Graph, run: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    try {
      return await run();
    } finally {
      this.#times = { ...this.#times, [graph]: this.#times[graph] + performance.now() - started };
    }
  }

  /** Returns the times since the last call and resets them. */
  take(): Times {
    const times = this.#times;
    this.#times = none;
    return times;
  }
}
