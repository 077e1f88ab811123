/**
 * What an option is about. `input`: what is asked. `limit`: how much is answered, and how hard the model tries. `form`: how the answer is written; a tool that
 * always shows the flat answer leaves out `box_format`, which renames its fields.
 */
export type OptionPlace = "input" | "limit" | "form";

/** The options that tools without code offer, in the order in which they are shown. Those that select another form of the answer are the tools' own choice. */
export const offeredOptions = [
  { name: "text", place: "input" },
  { name: "labels", place: "input" },
  { name: "region", place: "input" },
  { name: "normalized_region", place: "input" },
  { name: "min_score", place: "limit" },
  { name: "max_objects", place: "limit" },
  { name: "max_new_tokens", place: "limit" },
  { name: "beams", place: "limit" },
  { name: "box_format", place: "form" },
  { name: "include", place: "form" },
] as const satisfies readonly { readonly name: string; readonly place: OptionPlace }[];

/** A row of `offeredOptions`. */
export type OfferedOption = (typeof offeredOptions)[number];
