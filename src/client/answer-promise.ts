import { parseServerTiming } from "../inference/protocol/server-timing.ts";
import { type CacheReport, parseCacheStatus } from "./cache-status.ts";
import { type ChargeReport, parseCharge } from "./charge.ts";

/** An answer with its response, and what the response headers say about it. */
export interface WithResponse<Data> {
  readonly data: Data;
  /** The response; its body has been read, or is being read by the stream. */
  readonly response: Response;
  /** Id of the request in the server's log. */
  readonly requestId: string | undefined;
  /** `undefined` if the API reports no cache. */
  readonly cache: CacheReport | undefined;
  /** `undefined` if the API charges nothing, and for a stream whose first event took long: its price was not known when the response began. */
  readonly charge: ChargeReport | undefined;
  /** Milliseconds on the server, by stage. */
  readonly timings: Readonly<Record<string, number>>;
}

/** Combines the data of a response with the information in its headers. */
export function withResponse<Data>(data: Data, response: Response): WithResponse<Data> {
  const { headers } = response;
  return {
    data,
    response,
    requestId: headers.get("x-request-id") ?? undefined,
    cache: parseCacheStatus(headers),
    charge: parseCharge(headers),
    timings: Object.fromEntries(parseServerTiming(headers.get("server-timing")).map(({ name, ms }) => [name, ms])),
  };
}

/** A promise of an answer; `withResponse()` also gives the response. The call is already in progress. */
export class AnswerPromise<Data> extends Promise<Data> {
  readonly #call: Promise<WithResponse<Data>>;

  /** Makes `then`, `catch` and `finally` return plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(call: Promise<WithResponse<Data>>) {
    // This promise itself never settles: `then` waits for the call instead, so that a rejection is reported once, to its handler.
    super(() => {});
    this.#call = call;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- This is a promise, so it needs `then`.
  override then<Fulfilled = Data, Rejected = never>(
    onFulfilled?: ((data: Data) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#call.then(({ data }) => data).then(onFulfilled, onRejected);
  }

  /** Resolves with the answer, the response, the request's id, the cache status and the server's timings. */
  withResponse(): Promise<WithResponse<Data>> {
    return this.#call;
  }
}

/** A promise of a stream, which can be iterated without awaiting it first: `for await (const event of florence.caption(image, { stream: true }))`. */
export class StreamPromise<Event> extends AnswerPromise<AsyncIterable<Event>> implements AsyncIterable<Event> {
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, void> {
    yield* await this;
  }
}
