import type { Box, CacheReport, FlorenceError } from "../client/florence.ts";
import type { ApiDocument, Task } from "./api-document.ts";
import { middle } from "./region.ts";

/** The picture that is asked about. */
export interface Picture {
  readonly name: string;
  /** Its file, or the address that the API fetches it from. */
  readonly image: Blob | string;
  /** What an `img` shows; `undefined` where this page may not load it. */
  readonly shown: string | undefined;
  /** In pixels, where it is known. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly description: string;
  /** What was done to it before it is sent; empty for nothing. */
  readonly note: string;
}

/** An answer, and how it came about. */
export interface Reply {
  /** JSON in any form, or the text of an SVG file. */
  readonly data: unknown;
  readonly cache: CacheReport | undefined;
  readonly timings: Readonly<Record<string, number>>;
  readonly requestId: string | undefined;
  /** From the click to the last byte, in milliseconds. */
  readonly ms: number;
}

/** What came of the question so far. `asking` has what a stream has brought. */
export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "asking"; readonly text: string; readonly objects: readonly unknown[] }
  | { readonly kind: "answered"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly error: FlorenceError };

/** Everything that the page shows. */
export interface State {
  readonly tasks: readonly Task[];
  readonly document: ApiDocument | undefined;
  readonly picture: Picture | undefined;
  /** The task's name. */
  readonly task: string;
  /** What was typed, by `valueKey`. */
  readonly values: Readonly<Record<string, string>>;
  /** In 0..1. */
  readonly region: Box;
  readonly outcome: Outcome;
  /** The object that is pointed at. */
  readonly marked: number | undefined;
}

const nothing: Outcome = { kind: "none" };

/** The page before anything is there. */
export const initialState: State = {
  tasks: [],
  document: undefined,
  picture: undefined,
  task: "object-detection",
  values: {},
  region: middle,
  outcome: nothing,
  marked: undefined,
};

/** The row of the chosen task. */
export function chosenTask({ tasks, task }: State): Task | undefined {
  return tasks.find(({ name }) => name === task);
}

/** Another picture: what was answered of the last one is gone. */
export function withPicture(state: State, picture: Picture): State {
  return { ...state, picture, outcome: nothing, marked: undefined };
}

/** Another task: the picture's answer was another question's. */
export function withTask(state: State, task: string): State {
  return { ...state, task, outcome: nothing, marked: undefined };
}

/** Another region, in 0..1; the last answer stays to be compared with. */
export function withRegion(state: State, region: Box): State {
  return { ...state, region };
}

/** What was typed into a field. */
export function withValue(state: State, key: string, value: string): State {
  return { ...state, values: { ...state.values, [key]: value } };
}

/** What came of the question. */
export function withOutcome(state: State, outcome: Outcome): State {
  return { ...state, outcome, marked: undefined };
}
