import type { DialectRoute } from "../contract/dialect.ts";

/** All paths of Azure's computer vision begin with it; a client's endpoint is the origin. */
export const AZURE_PREFIX = "/computervision/";

/** The route, by the name by which `dialect.ts` knows it. */
export const azureRoutes = [
  { method: "POST", path: "/computervision/imageanalysis:analyze", name: "analyze", takesBytes: true },
] as const satisfies readonly DialectRoute[];
