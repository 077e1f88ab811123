import type * as contract from "./contract.ts";

/** Row of one task in the table of tasks. */
export type TaskRow = (typeof contract.tasks)[keyof typeof contract.tasks];

/** Name of a task in the API. */
export type TaskName = TaskRow["name"];

/** The row of a task. */
export type RowOf<Name extends TaskName> = Extract<TaskRow, { readonly name: Name }>;

/** Format of a box. */
export type BoxFormat = contract.BoxFormat;

type WithBoxes<Answer, Format> = Extract<Answer, { readonly box_format: Format }>;

/** Answers by their `type`, with boxes in one format. */
interface AnswersByType<Format extends BoxFormat> {
  readonly text: contract.TextAnswer;
  readonly boxes: WithBoxes<contract.BoxesAnswer | contract.BoxesAnswerXywh | contract.BoxesAnswerCxcywh, Format>;
  readonly quads: WithBoxes<contract.QuadsAnswer | contract.QuadsAnswerXywh | contract.QuadsAnswerCxcywh, Format>;
  readonly polygons: WithBoxes<
    contract.PolygonsAnswer | contract.PolygonsAnswerXywh | contract.PolygonsAnswerCxcywh,
    Format
  >;
}

/** Answer of a task in the default form. */
export type AnswerOf<
  Row extends TaskRow,
  Format extends BoxFormat = "xyxy",
> = AnswersByType<Format>[Row["answers"][number]];

type FlatOf<Format> = WithBoxes<contract.FlatAnswer | contract.FlatAnswerXywh | contract.FlatAnswerCxcywh, Format>;

/** The options that determine the form of an answer. */
export interface Form {
  readonly format: "json" | "flat" | "raw";
  readonly box_format: BoxFormat;
  readonly compat: "reference" | undefined;
  readonly overlay: "svg" | "png" | undefined;
}

/** Type of one option; includes the default if the option is absent or may be undefined. */
export type OptionValue<Options, Key extends string, Default> = Options extends { readonly [Name in Key]?: infer Value }
  ? Key extends keyof Options
    ? Exclude<Value, undefined> | (undefined extends Value ? Default : never)
    : Default
  : Default;

/** The form that options select. */
export interface FormOf<Options> extends Form {
  readonly format: Extract<OptionValue<Options, "format", "json">, Form["format"]>;
  readonly box_format: Extract<OptionValue<Options, "box_format", "xyxy">, BoxFormat>;
  readonly compat: Extract<OptionValue<Options, "compat", undefined>, Form["compat"]>;
  readonly overlay: Extract<OptionValue<Options, "overlay", undefined>, Form["overlay"]>;
}

/** Answer of a task in a form: an SVG overlay is the text of its file, a PNG overlay the bytes. If an option may have several values, a union of answers. */
export type AnswerInForm<Row extends TaskRow, Selected extends Form> = ByOverlay<Row, Selected, Selected["overlay"]>;

type ByOverlay<Row extends TaskRow, Selected extends Form, Overlay> = Overlay extends "svg"
  ? string
  : Overlay extends "png"
    ? Uint8Array<ArrayBuffer>
    : ByCompat<Row, Selected, Selected["compat"]>;

type ByCompat<Row extends TaskRow, Selected extends Form, Compat> = Compat extends "reference"
  ? contract.ReferenceAnswer
  : ByFormat<Row, Selected["format"], Selected["box_format"]>;

type ByFormat<Row extends TaskRow, Format, Boxes extends BoxFormat> = Format extends "flat"
  ? FlatOf<Boxes>
  : Format extends "raw"
    ? contract.RawAnswer
    : AnswerOf<Row, Boxes>;

/** Event of a stream: further text, or one complete object; at the end the whole answer, and what it cost where answers cost credits. */
export type EventOf<Answer> =
  | (Answer extends { readonly objects: readonly (infer Item)[] }
      ? Omit<contract.ObjectEvent, "object"> & { readonly object: Item }
      : Answer extends { readonly type: "text" }
        ? contract.DeltaEvent
        : never)
  | (Omit<contract.DoneEvent, "answer"> & { readonly answer: Answer })
  | contract.ChargeEvent;

type ObjectOptions = "min_score" | "max_objects" | "box_format" | "include";
type None<Name extends string> = { readonly [Key in Name]?: undefined };

/** Excludes options that would have no effect together with the others; the server refuses such requests. */
export type NoIgnoredOptions<Options> = (Options extends { readonly compat: "reference" }
  ? None<ObjectOptions | "format" | "overlay">
  : unknown) &
  (Options extends { readonly overlay: "svg" | "png" } ? None<"format" | "box_format" | "include"> : unknown) &
  (Options extends { readonly format: "raw" } ? None<ObjectOptions> : unknown) &
  (Options extends { readonly stream: true }
    ? None<"compat" | "overlay"> & { readonly format?: "json" | undefined }
    : unknown);
