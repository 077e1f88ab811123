import type { Box } from "../client/florence.ts";
import { regionBetween, roundRegion } from "./region.ts";
import type { State } from "./state.ts";

/** The state in the fragment of the page's URL: enough to repeat the request. A user's own file cannot be part of it. */
export interface SharedState {
  readonly task: string | undefined;
  /** A sample's name, or a URL. */
  readonly picture: string | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly region: Box | undefined;
}

/** Prefix of the options' names, so that they cannot collide with the other parameters. */
const OPTION_PREFIX = "o.";

/** Formats a state as a URL fragment, without the `#`. */
export function toHash({ task, image, values, region }: State): string {
  const picture = typeof image?.source === "string" ? image.source : image?.name.replace(/\.\w+$/u, "");
  const { x1, y1, x2, y2 } = roundRegion(region);
  const typed = Object.entries(values).filter(([, value]) => value !== "");
  return new URLSearchParams([
    ["task", task],
    ...(picture === undefined ? [] : [["picture", picture]]),
    ["region", [x1, y1, x2, y2].join(",")],
    ...typed.map(([name, value]) => [OPTION_PREFIX + name, value]),
  ]).toString();
}

function regionIn(text: string | null): Box | undefined {
  const numbers = (text ?? "").split(",").map((part) => (part === "" ? Number.NaN : Number(part)));
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return undefined;
  return regionBetween({ x: x1, y: y1 }, { x: x2, y: y2 });
}

/** Parses a URL fragment: the inverse of `toHash`. Missing and invalid parameters are omitted. */
export function fromHash(hash: string): SharedState {
  const parameters = new URLSearchParams(hash.replace(/^#/u, ""));
  const typed = [...parameters].flatMap(([name, value]) =>
    name.startsWith(OPTION_PREFIX) ? [[name.slice(OPTION_PREFIX.length), value]] : [],
  );
  return {
    task: parameters.get("task") ?? undefined,
    picture: parameters.get("picture") ?? undefined,
    values: Object.fromEntries(typed),
    region: regionIn(parameters.get("region")),
  };
}
