import app, { Account as DeployedAccount, Payments as DeployedPayments } from "../functions/api.ts";

/** How long money is held here, in milliseconds: longer than a request takes on this machine. */
const HOLD_MS = 4000;

/** An account whose holds end soon: a test need not wait for the minutes that a deployment holds money for. All else is as deployed. */
export class Account extends DeployedAccount {
  override async hold(...[request]: Parameters<DeployedAccount["hold"]>) {
    return super.hold({ ...request, holdMs: Math.min(request.holdMs, HOLD_MS) });
  }
}

/** A payment whose claim, and whose settlement, another request may take over soon. */
export class Payments extends DeployedPayments {
  override async claim(...[request]: Parameters<DeployedPayments["claim"]>) {
    return super.claim({ ...request, leaseForMs: Math.min(request.leaseForMs, HOLD_MS) });
  }

  override async beginSettling(...[holder, leaseForMs]: Parameters<DeployedPayments["beginSettling"]>) {
    return super.beginSettling(holder, Math.min(leaseForMs, HOLD_MS));
  }
}

export { AccountDirectory, BatchBook, JobBook, RequestCoordinator } from "../functions/api.ts";
export default app;
