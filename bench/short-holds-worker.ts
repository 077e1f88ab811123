import app, { Account as DeployedAccount } from "../functions/api.ts";

/** How long money is held here, in milliseconds: longer than a request takes on this machine. */
const HOLD_MS = 4000;

/** An account whose holds end soon: a test need not wait for the minutes that a deployment holds money for. All else is as deployed. */
export class Account extends DeployedAccount {
  override async hold(...[request]: Parameters<DeployedAccount["hold"]>) {
    return super.hold({ ...request, holdMs: Math.min(request.holdMs, HOLD_MS) });
  }
}

export { AccountDirectory, RequestCoordinator } from "../functions/api.ts";
export default app;
