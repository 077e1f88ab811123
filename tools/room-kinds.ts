import type { RoomRow } from "./room.ts";

/** A page of the website. */
export const page = {
  imports: ["client", "overlay/palette.ts", "contract/problem-table.ts"],
  why: "A page asks the API as anybody does, through client/, and is small.",
} as const satisfies RoomRow;

/** The dialect of another API: its paths and shapes for what ours answers. */
export const dialect = {
  imports: ["contract"],
  why: "A dialect is a translation to and from the contract; it does not know how anything is answered.",
} as const satisfies RoomRow;
