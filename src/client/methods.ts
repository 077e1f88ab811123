import type { AnswerPromise, StreamPromise } from "./answer-promise.ts";
import type { CallOptions } from "./call.ts";
import type * as contract from "./contract.ts";
import type { AnswerOf, EventOf, FormOf, OptionValue, AnswerInForm, TaskRow, NoIgnoredOptions } from "./forms.ts";
import type { Image } from "./image.ts";

/** One of two options, and not both. */
type OneOf<Options, One extends keyof Options, Other extends keyof Options> = Omit<Options, One | Other> &
  (
    | ({ readonly [Key in One]-?: NonNullable<Options[Key]> } & { readonly [Key in Other]?: undefined })
    | ({ readonly [Key in Other]-?: NonNullable<Options[Key]> } & { readonly [Key in One]?: undefined })
  );

/** What a task takes beside the image, by the kind of its input. Names are the API's. */
export interface InputOptions {
  readonly none: Omit<contract.ImageRequest, "image">;
  readonly text: Omit<contract.TextRequest, "image">;
  readonly labels: OneOf<Omit<contract.LabelsRequest, "image">, "text", "labels">;
  readonly region: OneOf<Omit<contract.RegionRequest, "image">, "region", "normalized_region">;
}

/** The options of a task, and of the call that asks it. */
export type OptionsOf<Row extends TaskRow> = InputOptions[Row["input"]] & CallOptions;

/** All keys, those of one variant, too. */
export type KeysOf<Options> = Options extends unknown ? keyof Options : never;

/** The options as they were given, where each is one that there is and they go together. */
type Checked<Options, Known> = Options & {
  readonly [Key in Exclude<keyof Options, KeysOf<Known>>]: never;
} & NoIgnoredOptions<Options>;

/** A promise of an answer, or of its events where `stream` was asked for. */
type Outcome<Row extends TaskRow, Options, Streams = OptionValue<Options, "stream", false>> = Streams extends true
  ? StreamPromise<EventOf<AnswerOf<Row, FormOf<Options>["box_format"]>>>
  : AnswerPromise<AnswerInForm<Row, FormOf<Options>>>;

/** A task that needs nothing but an image. */
type OpenMethod<Row extends TaskRow> = <const Options extends InputOptions["none"] & CallOptions = object>(
  image: Image,
  options?: Checked<Options, OptionsOf<Row>>,
) => Outcome<Row, Options>;

/** A task that needs words or a region beside the image. */
type AskingMethod<Row extends TaskRow> = <const Options extends OptionsOf<Row>>(
  image: Image,
  options: Checked<Options, OptionsOf<Row>>,
) => Outcome<Row, Options>;

/** A task as a method: its options follow from its input, and from them the type of what it answers. */
export type TaskMethod<Row extends TaskRow> = Row["input"] extends "none" ? OpenMethod<Row> : AskingMethod<Row>;

/** Every task as a method. */
export type TaskMethods = {
  readonly [Method in keyof typeof contract.tasks]: TaskMethod<(typeof contract.tasks)[Method]>;
};
