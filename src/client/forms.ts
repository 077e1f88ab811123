import type * as contract from "./contract.ts";

/** One task's row. */
export type TaskRow = (typeof contract.tasks)[keyof typeof contract.tasks];

/** A task's name in the API. */
export type TaskName = TaskRow["name"];

/** The ways to write a box. */
export type BoxFormat = contract.BoxFormat;

type WithBoxes<Answer, Format> = Extract<Answer, { readonly box_format: Format }>;

/** The answers by their `type`, with boxes in one format. */
interface AnswersByType<Format extends BoxFormat> {
  readonly text: contract.TextAnswer;
  readonly boxes: WithBoxes<contract.BoxesAnswer | contract.BoxesAnswerXywh | contract.BoxesAnswerCxcywh, Format>;
  readonly quads: WithBoxes<contract.QuadsAnswer | contract.QuadsAnswerXywh | contract.QuadsAnswerCxcywh, Format>;
  readonly polygons: WithBoxes<
    contract.PolygonsAnswer | contract.PolygonsAnswerXywh | contract.PolygonsAnswerCxcywh,
    Format
  >;
}

/** What a task answers when no other form is asked for. */
export type AnswerOf<
  Row extends TaskRow,
  Format extends BoxFormat = "xyxy",
> = AnswersByType<Format>[Row["answers"][number]];

type FlatOf<Format> = WithBoxes<contract.FlatAnswer | contract.FlatAnswerXywh | contract.FlatAnswerCxcywh, Format>;

/** What decides the form. */
export interface Form {
  readonly format: "json" | "flat" | "raw";
  readonly box_format: BoxFormat;
  readonly compat: "reference" | undefined;
  readonly overlay: "svg" | undefined;
}

/** What options say of one of them; the default where they say nothing, or may say nothing. */
export type OptionValue<Options, Key extends string, Default> = Options extends { readonly [Name in Key]?: infer Value }
  ? Key extends keyof Options
    ? Exclude<Value, undefined> | (undefined extends Value ? Default : never)
    : Default
  : Default;

/** The form that options ask for. */
export interface FormOf<Options> extends Form {
  readonly format: Extract<OptionValue<Options, "format", "json">, Form["format"]>;
  readonly box_format: Extract<OptionValue<Options, "box_format", "xyxy">, BoxFormat>;
  readonly compat: Extract<OptionValue<Options, "compat", undefined>, Form["compat"]>;
  readonly overlay: Extract<OptionValue<Options, "overlay", undefined>, Form["overlay"]>;
}

/** What a task answers in a form: a drawing is the text of an SVG file. Where an option may have several values, one of several answers. */
export type AnswerInForm<Row extends TaskRow, Asked extends Form> = ByOverlay<Row, Asked, Asked["overlay"]>;

type ByOverlay<Row extends TaskRow, Asked extends Form, Overlay> = Overlay extends "svg"
  ? string
  : ByCompat<Row, Asked, Asked["compat"]>;

type ByCompat<Row extends TaskRow, Asked extends Form, Compat> = Compat extends "reference"
  ? contract.ReferenceAnswer
  : ByFormat<Row, Asked["format"], Asked["box_format"]>;

type ByFormat<Row extends TaskRow, Format, Boxes extends BoxFormat> = Format extends "flat"
  ? FlatOf<Boxes>
  : Format extends "raw"
    ? contract.RawAnswer
    : AnswerOf<Row, Boxes>;

/** More of a text, or one object that is finished; then the whole answer. */
export type EventOf<Answer> =
  | (Answer extends { readonly objects: readonly (infer Item)[] }
      ? Omit<contract.ObjectEvent, "object"> & { readonly object: Item }
      : Answer extends { readonly type: "text" }
        ? contract.DeltaEvent
        : never)
  | (Omit<contract.DoneEvent, "answer"> & { readonly answer: Answer });

type Objects = "min_score" | "max_objects" | "box_format" | "include";
type None<Name extends string> = { readonly [Key in Name]?: undefined };

/** Options that would go unheard beside these: the server refuses them, and so does the compiler. */
export type NoIgnoredOptions<Options> = (Options extends { readonly compat: "reference" }
  ? None<Objects | "format" | "overlay">
  : unknown) &
  (Options extends { readonly overlay: "svg" } ? None<"format" | "box_format" | "include"> : unknown) &
  (Options extends { readonly format: "raw" } ? None<Objects> : unknown) &
  (Options extends { readonly stream: true }
    ? None<"compat" | "overlay"> & { readonly format?: "json" | undefined }
    : unknown);
