import type { RoomRow } from "./room.ts";

const page = {
  imports: ["client", "overlay/palette.ts", "contract/problem-table.ts"],
  why: "A page asks the API as anybody does, through client/, and is small.",
} as const satisfies RoomRow;

/** The rooms of what asks the API from outside: the client and the pages. Rows of the table in `rooms.ts`. */
export const outerRooms = {
  client: {
    imports: ["inference/protocol", "webhooks/signature.ts"],
    nodePackages: ["node:*"],
    why: "client/ is installed by others, and needs no package; the contract's types are drawn into client/contract.ts.",
  },
  playground: page,
  site: { ...page, packages: ["swagger-ui-dist"] },
} as const satisfies Readonly<Record<string, RoomRow>>;
