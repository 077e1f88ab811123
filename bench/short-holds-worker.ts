import app, {
  Account as DeployedAccount,
  BatchBook as DeployedBatchBook,
  Payments as DeployedPayments,
} from "../functions/api.ts";

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

/** How long an attempt at some lines of a batch may be silent here, in milliseconds. */
const LEASE_MS = 5000;

/** A book of batches in which the work of a process that was killed is soon another's. */
export class BatchBook extends DeployedBatchBook {
  constructor(...[state, env]: ConstructorParameters<typeof DeployedBatchBook>) {
    super(state, env, LEASE_MS);
  }
}

export { AccountDirectory, JobBook, RequestCoordinator } from "../functions/api.ts";
export default app;
