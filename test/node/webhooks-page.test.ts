import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { attemptErrorNames, attemptErrors } from "../../src/contract/webhooks.ts";
import { newDelivery, ended } from "../../src/webhooks/delivery.ts";
import { root } from "../../tools/serve.ts";
import { eventOf, RECEIVER, START_MS } from "../support/webhook-world.ts";

const page = await readFile(join(root, "docs/how-to/webhooks.md"), "utf8");

it("has the errors of attempts, and says after which of them an event is told again", () => {
  const row = newDelivery(eventOf(), { url: RECEIVER, webhook: null });
  const rows = attemptErrorNames.map((error) => {
    const outcome = { error };
    const isAgain = ended({ ...row, attempts: 1 }, outcome, { nowMs: START_MS, random: 0 }).nextMs !== null;
    return `| \`${error}\` | ${attemptErrors[error]} | ${isAgain ? "yes" : "no"} |`;
  });
  const table = /<!-- attempt-errors -->\n(?:.*\n){2}(?<rows>[^]*?)\n<!--/u.exec(page)?.groups?.["rows"];
  expect(table?.split("\n")).toEqual(rows);
});
