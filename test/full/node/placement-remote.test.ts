import { remoteAt } from "../../support/placement-backends.ts";
import { describePlacement } from "../../support/placement-cases.ts";

describePlacement("remote", remoteAt);
