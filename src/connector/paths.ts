import type { DialectRoute } from "../contract/dialect.ts";

/** The document of the connector. */
export const CONNECTOR_PATH = "/swagger.power-automate.json";

/** The only route: the connector asks the tasks' own paths. */
export const connectorRoutes = [
  { method: "GET", path: CONNECTOR_PATH, name: "document", takesBytes: false },
] as const satisfies readonly DialectRoute[];
