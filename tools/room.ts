/** A folder of `src/`, and what its files may import besides each other. */
export interface Room {
  readonly name: string;
  /** Whole rooms ("contract"), or single files of them ("contract/problems.ts"). */
  readonly imports: readonly string[];
  /** npm packages, with all that lies in them. */
  readonly packages: readonly string[];
  /** What files called `*-node.ts` may import besides, since they run on Node; everything else runs on workerd or in a browser. */
  readonly nodePackages: readonly string[];
  /** What the room refuses to know; the message of lint. */
  readonly why: string;
}

/** A row of the table of rooms; most rooms use no package. */
export type RoomRow = Pick<Room, "imports" | "why"> & Partial<Room>;
