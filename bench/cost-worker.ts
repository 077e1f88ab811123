// First: it counts what the others do with bindings.
import { counts, countRows } from "./cost-counts-worker.ts";
import app, { Account as DeployedAccount } from "../functions/api.ts";

/** An account whose rows are counted. */
export class Account extends DeployedAccount {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    countRows(ctx.storage);
  }
}

export { AccountDirectory, BatchBook, JobBook, Payments, RequestCoordinator } from "../functions/api.ts";

/** The path at which the counts are read. */
const COUNTS_PATH = "/bench/counts";

export default {
  fetch: async (request: Request): Promise<Response> =>
    new URL(request.url).pathname === COUNTS_PATH ? Response.json(counts) : app.fetch(request),
};
