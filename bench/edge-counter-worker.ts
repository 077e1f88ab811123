import { DurableObject, env } from "cloudflare:workers";
import { drive } from "./edge/drive.ts";

/**
 * An object that does the least that an account could: it adds one to a row. It has the name of the object with the accounts, so that `workerd.ts` serves it in the
 * same way, from disk.
 */
export class Account extends DurableObject {
  constructor(ctx: DurableObjectState, bindings: Env) {
    super(ctx, bindings);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL)");
    ctx.storage.sql.exec("INSERT OR IGNORE INTO counter VALUES (1, 0)");
  }

  /** Adds one. It has the name of a verb of accounts without parameters, as which the binding's type knows it. */
  async describe(): Promise<void> {
    this.ctx.storage.sql.exec("UPDATE counter SET value = value + 1 WHERE id = 1");
  }

  override async fetch(): Promise<Response> {
    await this.describe();
    return new Response("counted");
  }
}

/** Counts once; for any path but `/`, as often as `drive` is asked to. */
export default {
  fetch: (request) => {
    const { ACCOUNTS_LEDGER: objects } = env;
    const counter = objects.get(objects.idFromName("one"));
    return new URL(request.url).pathname === "/"
      ? counter.fetch(request.url)
      : drive(request, () => counter.describe());
  },
} satisfies ExportedHandler<Env>;
// wrangler refuses to build a Worker without the classes that wrangler.toml binds.
export { AccountDirectory, BatchBook, JobBook, Payments, RequestCoordinator } from "../functions/api.ts";
