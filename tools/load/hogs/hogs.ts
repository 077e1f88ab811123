import type { PlaceName } from "../observation.ts";
import type { HogKind } from "./attack.ts";
import { backendHogs } from "./backend-hogs.ts";
import { edgeHogs } from "./edge-hogs.ts";

/** The kinds of hogs of a place, by name. */
export function hogsOf(place: PlaceName): Readonly<Record<string, HogKind>> {
  return place === "backend" ? backendHogs : edgeHogs;
}
