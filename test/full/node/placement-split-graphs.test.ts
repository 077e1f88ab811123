import { splitAt } from "../../support/placement-backends.ts";
import { describePlacement } from "../../support/placement-cases.ts";

describePlacement("split, with only the bare graphs", (url) => splitAt(url, "graphs"));
