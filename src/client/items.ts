import type * as contract from "./contract.ts";
import type { FormOf, AnswerInForm, RowOf, TaskName, TaskRow } from "./forms.ts";
import type { Image } from "./image.ts";
import type { InputOptions, KeysOf } from "./methods.ts";

type Inputs = "text" | "labels" | "region" | "normalized_region";

/** Excludes the text, labels and regions that only other tasks take. */
type NoOtherInputs<Row extends TaskRow> = {
  readonly [Key in Exclude<Inputs, KeysOf<InputOptions[Row["input"]]>>]?: undefined;
};

/** A task name with its options. Overlays and streams are available only through the task's own method. */
type ItemOf<Row extends TaskRow> = Row extends TaskRow
  ? {
      readonly task: Row["name"];
      readonly overlay?: undefined;
      readonly stream?: undefined;
    } & InputOptions[Row["input"]] &
      NoOtherInputs<Row>
  : never;

/** One of several tasks on one image. */
export type AnalyzeItem = ItemOf<TaskRow>;

/** One of several tasks, with its own image. */
export type BatchItem = AnalyzeItem & { readonly image: Image };

/** Result of one item: its answer or its problem. */
export type ItemResult<Item extends { readonly task: TaskName }> =
  | {
      readonly task: Item["task"];
      readonly status: "ok";
      readonly answer: AnswerInForm<RowOf<Item["task"]>, FormOf<Item>>;
      readonly problem: null;
    }
  | {
      readonly task: Item["task"];
      readonly status: "error";
      readonly answer: null;
      readonly problem: contract.Problem;
    };

/** One result per item, in their order. */
export interface ItemResults<Items extends readonly { readonly task: TaskName }[]> {
  readonly results: { readonly [Index in keyof Items]: ItemResult<Items[Index]> };
}
