/** An account in the list of all accounts. */
export interface DirectoryRow {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
}

/**
 * The list of all accounts, for the operator. No request of a customer reads it: an account's id is in its keys. It is not exact: an account that was
 * created in the moment in which the list was away is missing until its creation is repeated.
 */
export interface AccountDirectory {
  /** Adds an account, or changes its name. */
  put(row: DirectoryRow): Promise<void>;
  /** Lists accounts in the order of their ids, after one of them; `next` is null on the last page. */
  list(query: {
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<{ readonly accounts: readonly DirectoryRow[]; readonly next: string | null }>;
}
