import { splitAt } from "../../support/placement-backends.ts";
import { describePlacement } from "../../support/placement-cases.ts";

describePlacement("split, with the server's own encoder model", (url) => splitAt(url, "offered"));
