import { DurableObject } from "cloudflare:workers";
import type { AccountDirectory as Directory, DirectoryRow } from "../src/accounts/directory-port.ts";

const TABLE = `CREATE TABLE IF NOT EXISTS accounts (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, createdMs INTEGER NOT NULL
) STRICT, WITHOUT ROWID`;
const PUT = "INSERT INTO accounts VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name";
const LIST = "SELECT id, name, createdMs FROM accounts WHERE id > ? ORDER BY id LIMIT ?";

/** The one Durable Object that lists all accounts, for the operator only. */
export class AccountDirectory extends DurableObject implements Directory {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(TABLE);
  }

  async put({ id, name, createdMs }: DirectoryRow): Promise<void> {
    this.#sql.exec(PUT, id, name, createdMs);
  }

  async list({ after = "", limit }: Parameters<Directory["list"]>[0]): ReturnType<Directory["list"]> {
    // One more row says whether there is a next page.
    const rows = this.#sql.exec<{ id: string; name: string; createdMs: number }>(LIST, after, limit + 1).toArray();
    const accounts = rows.slice(0, limit);
    return { accounts, next: rows.length > limit ? (accounts.at(-1)?.id ?? null) : null };
  }
}
