import { parseServerTiming } from "../inference/protocol/server-timing.ts";
import { type CacheReport, parseCacheStatus } from "./cache-status.ts";

/** An answer with how it came about. */
export interface WithResponse<Data> {
  readonly data: Data;
  /** The response; its body has been read, or is being read by the stream. */
  readonly response: Response;
  /** What the server's log knows the request by. */
  readonly requestId: string | undefined;
  readonly cache: CacheReport | undefined;
  /** Milliseconds on the server by stage. */
  readonly timings: Readonly<Record<string, number>>;
}

/** What a response's headers say of its data. */
export function withResponse<Data>(data: Data, response: Response): WithResponse<Data> {
  const { headers } = response;
  return {
    data,
    response,
    requestId: headers.get("x-request-id") ?? undefined,
    cache: parseCacheStatus(headers),
    timings: Object.fromEntries(parseServerTiming(headers.get("server-timing")).map(({ name, ms }) => [name, ms])),
  };
}

/** A promise of an answer; `withResponse()` gives the response beside it. The call is under way already. */
export class AnswerPromise<Data> extends Promise<Data> {
  readonly #call: Promise<WithResponse<Data>>;

  /** What `then` and its kin give are plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(call: Promise<WithResponse<Data>>) {
    // This promise itself never settles: whoever waits for it waits for the call, so that a failure is heard once, by whoever listens.
    super(() => {});
    this.#call = call;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- It is a promise, and so has to have one.
  override then<Fulfilled = Data, Rejected = never>(
    onFulfilled?: ((data: Data) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#call.then(({ data }) => data).then(onFulfilled, onRejected);
  }

  /** The answer with the response, the request's id, what became of it in the cache, and how long the server took. */
  withResponse(): Promise<WithResponse<Data>> {
    return this.#call;
  }
}

/** A promise of a stream, which can be read at once: `for await (const event of florence.caption(image, { stream: true }))`. */
export class StreamPromise<Event> extends AnswerPromise<AsyncIterable<Event>> implements AsyncIterable<Event> {
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, void> {
    yield* await this;
  }
}
