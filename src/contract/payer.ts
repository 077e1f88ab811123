/** One prompt, and what its generation costs. */
export interface PricedPrompt {
  readonly task: string;
  /** In micro-US-dollars. */
  readonly amount: number;
  /** The key under which the generation is cached. */
  readonly generationKey: string;
  /**
   * There if a new generation is wanted, however many there are: it costs its price each time. Tells the prompt apart from others: what is asked, without the model
   * that answers.
   */
  readonly newPlace: string | undefined;
}

/** Where a new generation is kept although the caller wants it new: it is what a repeat of the same request gets. */
export interface Kept {
  /** Only the same question of the same account with the same Idempotency-Key has it. */
  readonly name: string;
  /** Whether the account has paid for it before: this is such a repeat. */
  readonly isRepeat: boolean;
  /** How long it is kept. */
  readonly seconds: number;
}

/** Prompts whose price is reserved, or that are free. One of its functions is to be called, once. */
export interface Reserved {
  /**
   * There are generations for all of them: only then are they charged. `isShared` says that other work gave them: those for which this request pays already are
   * then not charged again.
   */
  deliver(isShared: boolean): void;
  /** There is no generation. */
  fail(): void;
  /** Returns where the generation with a key is kept for a repeat; undefined, or left out, if no repeat of this request can be told from another request. */
  keptAs?(generationKey: string): Kept | undefined;
}

/** Who pays for what a request asks, as whoever finds generations sees it. */
export interface Payer {
  /**
   * Reserves the price of prompts before any work for them is done. `isCached` says that no work is needed: what the account has paid for is then free without
   * asking it. Throws `Problem`, and then nothing is reserved.
   */
  hold(prompts: readonly PricedPrompt[], isCached: boolean): Promise<Reserved>;
  /** Milliseconds for which this request has waited for its account so far. */
  ledgerMs(): number;
}
