import type { Box } from "../client/florence.ts";
import { between, rounded } from "./region.ts";
import type { State } from "./state.ts";

/** What an address of the page holds after its `#`: enough to ask the same again. A file of one's own cannot be in it. */
export interface Shared {
  readonly task: string | undefined;
  /** A sample's name, or an address. */
  readonly picture: string | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly region: Box | undefined;
}

/** Names beside those of options, which all begin with this so that they cannot meet. */
const OPTION = "o.";

/** A state as the text after `#`. */
export function toHash({ task, picture, values, region }: State): string {
  const shown = typeof picture?.image === "string" ? picture.image : picture?.name.replace(/\.\w+$/u, "");
  const { x1, y1, x2, y2 } = rounded(region);
  const typed = Object.entries(values).filter(([, value]) => value !== "");
  return new URLSearchParams([
    ["task", task],
    ...(shown === undefined ? [] : [["picture", shown]]),
    ["region", [x1, y1, x2, y2].join(",")],
    ...typed.map(([name, value]) => [OPTION + name, value]),
  ]).toString();
}

function regionIn(text: string | null): Box | undefined {
  const numbers = (text ?? "").split(",").map((part) => (part === "" ? Number.NaN : Number(part)));
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return undefined;
  return between({ x: x1, y: y1 }, { x: x2, y: y2 });
}

/** The inverse of `toHash`; what cannot be read is left out. */
export function fromHash(hash: string): Shared {
  const read = new URLSearchParams(hash.replace(/^#/u, ""));
  const typed = [...read].flatMap(([name, value]) =>
    name.startsWith(OPTION) ? [[name.slice(OPTION.length), value]] : [],
  );
  return {
    task: read.get("task") ?? undefined,
    picture: read.get("picture") ?? undefined,
    values: Object.fromEntries(typed),
    region: regionIn(read.get("region")),
  };
}
