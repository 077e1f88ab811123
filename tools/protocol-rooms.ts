import type { RoomRow } from "./room.ts";

const dialect = {
  imports: ["contract"],
  why: "A dialect is a translation to and from the contract; it does not know how anything is answered.",
} as const satisfies RoomRow;

/** The rooms of other protocols than ours: each translates to `/v1` and back. Rows of the table in `rooms.ts`. */
export const protocolRooms = {
  mcp: {
    imports: ["contract"],
    packages: ["zod", "@modelcontextprotocol/server"],
    why: "mcp/ translates the Model Context Protocol to /v1 and back; it knows the contract, and asks as any caller does.",
  },
  openai: { ...dialect, packages: ["@cfworker/json-schema"] },
  azure: dialect,
} as const satisfies Readonly<Record<string, RoomRow>>;
