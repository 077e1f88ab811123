import type { AnswerPromise, StreamPromise } from "./answer-promise.ts";
import type { CallOptions } from "./call.ts";
import type * as contract from "./contract.ts";
import type { AnswerOf, EventOf, FormOf, OptionValue, AnswerInForm, TaskRow, NoIgnoredOptions } from "./forms.ts";
import type { Image } from "./image.ts";

/** Requires exactly one of two options. */
type OneOf<Options, One extends keyof Options, Other extends keyof Options> = Omit<Options, One | Other> &
  (
    | ({ readonly [Key in One]-?: NonNullable<Options[Key]> } & { readonly [Key in Other]?: undefined })
    | ({ readonly [Key in Other]-?: NonNullable<Options[Key]> } & { readonly [Key in One]?: undefined })
  );

/** What is no option of a method: the image, and what makes the answer a job (`florence.jobs` does). */
type NoOption = "image" | "async" | "webhook";

/** Options of a task besides the image, by the kind of its input. The names are those of the API. */
export interface InputOptions {
  readonly none: Omit<contract.ImageRequest, NoOption>;
  readonly text: Omit<contract.TextRequest, NoOption>;
  readonly labels: OneOf<Omit<contract.LabelsRequest, NoOption>, "text", "labels">;
  readonly region: OneOf<Omit<contract.RegionRequest, NoOption>, "region", "normalized_region">;
}

/** The options of a task and of its call. */
export type OptionsOf<Row extends TaskRow> = InputOptions[Row["input"]] & CallOptions;

/** The keys of all variants of a union. */
export type KeysOf<Options> = Options extends unknown ? keyof Options : never;

/** The given options; a compile error if one does not exist or two exclude each other. */
export type Checked<Options, Known> = Options & {
  readonly [Key in Exclude<keyof Options, KeysOf<Known>>]: never;
} & NoIgnoredOptions<Options>;

/** Result of a method: a promise of an answer, or of its events if `stream` is true. */
type MethodResult<Row extends TaskRow, Options, Streams = OptionValue<Options, "stream", false>> = Streams extends true
  ? StreamPromise<EventOf<AnswerOf<Row, FormOf<Options>["box_format"]>>>
  : AnswerPromise<AnswerInForm<Row, FormOf<Options>>>;

/** Method of a task that needs only an image. */
type ImageMethod<Row extends TaskRow> = <const Options extends InputOptions["none"] & CallOptions = object>(
  image: Image,
  options?: Checked<Options, OptionsOf<Row>>,
) => MethodResult<Row, Options>;

/** Method of a task that needs a text, labels or a region in addition to the image. */
type ImageAndInputMethod<Row extends TaskRow> = <const Options extends OptionsOf<Row>>(
  image: Image,
  options: Checked<Options, OptionsOf<Row>>,
) => MethodResult<Row, Options>;

/** Method of a task: the kind of its input determines the options, and the options determine the type of the answer. */
export type TaskMethod<Row extends TaskRow> = Row["input"] extends "none" ? ImageMethod<Row> : ImageAndInputMethod<Row>;

/** The methods of all tasks. */
export type TaskMethods = {
  readonly [Method in keyof typeof contract.tasks]: TaskMethod<(typeof contract.tasks)[Method]>;
};
