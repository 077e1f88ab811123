import type { Dialect } from "../contract/dialect.ts";
import { Problem } from "../contract/problems.ts";
import type { TaskRow } from "../contract/service.ts";
import { connectorDocument } from "./swagger.ts";

/** What the connector needs. */
export interface ConnectorOptions {
  readonly tasks: readonly Pick<TaskRow, "name" | "input" | "summary">[];
  readonly hasAccounts: boolean;
}

/** The connector of Power Automate: a document of the tasks' own paths in the format that it reads, and no other shapes. */
export function createConnector({ tasks, hasAccounts }: ConnectorOptions): Dialect {
  return {
    translate: () => {
      throw new Problem("not-found", "The connector asks the tasks at their own paths.");
    },
    read: (_, url) => connectorDocument(tasks, { origin: new URL(url.origin), hasAccounts }),
    problem: (details) => ({ status: details.status, headers: {}, json: details }),
    headers: () => ({}),
  };
}
