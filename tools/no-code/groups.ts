import type { TaskName } from "../../src/florence/tasks.ts";

/** The groups of tasks in tools without code, by what a user wants, in the order in which they are shown. */
export const noCodeGroups = [
  { name: "describe", title: "Describe", tasks: ["caption", "detailed-caption", "more-detailed-caption"] },
  { name: "read", title: "Read Text", tasks: ["ocr", "ocr-with-region"] },
  {
    name: "find",
    title: "Find Objects",
    tasks: [
      "object-detection",
      "open-vocabulary-detection",
      "dense-region-caption",
      "region-proposal",
      "caption-to-phrase-grounding",
    ],
  },
  { name: "outline", title: "Outline", tasks: ["referring-expression-segmentation", "region-to-segmentation"] },
  {
    name: "region",
    title: "Ask About a Region",
    tasks: ["region-to-category", "region-to-description", "region-to-ocr"],
  },
] as const satisfies readonly {
  readonly name: string;
  readonly title: string;
  readonly tasks: readonly TaskName[];
}[];

/** The name of a group. */
export type NoCodeGroup = (typeof noCodeGroups)[number]["name"];
