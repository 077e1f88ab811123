/** At most `requests` in any `seconds`. The name is the one in RateLimit headers. */
export interface RatePolicy {
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
}

/** What the rate limits of a key say to one request, as `takeRate` computes it. */
export interface RateReply {
  readonly isAllowed: boolean;
  readonly decisions: readonly {
    readonly policy: RatePolicy;
    readonly isAllowed: boolean;
    readonly remaining: number;
    readonly resetSeconds: number;
    readonly retryAfterSeconds: number;
  }[];
}
