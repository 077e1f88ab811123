import { createRequire } from "node:module";
import { join } from "node:path";
import { pieceFolder } from "./piece-folder.ts";

type Values = Readonly<Record<string, unknown>>;

/** A property of an action, as the framework describes it. */
interface Property {
  readonly type: string;
  readonly displayName: string;
  readonly required: boolean;
  /** Of a dynamic property alone: the properties for these values. */
  readonly props?: (values: Values, context: object) => Promise<Readonly<Record<string, Property>>>;
}

interface Action {
  readonly displayName: string;
  readonly props: Readonly<Record<string, Property>>;
  readonly outputSchema: { readonly fields: readonly { readonly key: string }[] };
  readonly aiMetadata: object;
  readonly errorHandlingOptions: object;
  readonly run: (context: object) => Promise<unknown>;
}

/** The parts of the piece that the tests run. */
export interface Piece {
  readonly auth: {
    readonly validate: (given: { auth: object }) => Promise<{ readonly valid: boolean; readonly error?: string }>;
  };
  readonly metadata: () => {
    readonly displayName: string;
    readonly categories: readonly string[];
    readonly actions: Readonly<Record<string, Action>>;
  };
  readonly getAction: (name: string) => Action | undefined;
}

/** What the framework exports for tests and for servers. */
export interface Framework {
  readonly createMockActionContext: (given: { propsValue: object }) => object;
  readonly ApFile: new (name: string, data: Buffer, extension?: string) => object;
  readonly ActionBase: {
    readonly shape: Readonly<Record<"props" | "outputSchema" | "aiMetadata" | "errorHandlingOptions", Parser>>;
  };
}

interface Parser {
  readonly safeParse: (value: unknown) => { readonly success: boolean };
}

/** Loads the compiled piece and Activepieces' framework. */
export function loadPiece(): { readonly piece: Piece; readonly framework: Framework } {
  const load = createRequire(join(pieceFolder, "package.json"));
  const { florenceEdge: piece }: { florenceEdge: Piece } = load("./dist/src/index.js");
  const framework: Framework = load("@activepieces/pieces-framework");
  return { piece, framework };
}
