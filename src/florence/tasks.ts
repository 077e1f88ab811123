/** A task's input besides the image. With several `labels`, each is the text of its own prompt. */
export type InputKind = "none" | "text" | "labels" | "region";

/** How a task's generated text is parsed. The names are those of the reference implementation. */
export type PostProcessing =
  | "pure_text"
  | "description_with_bboxes"
  | "bboxes"
  | "phrase_grounding"
  | "ocr"
  | "polygons"
  | "description_with_bboxes_or_polygons";

/** The types of answer. If a task's row lists two, the generated text determines the type. */
export type AnswerType = "text" | "boxes" | "quads" | "polygons";

/** A task that Florence-2 was trained for. */
export interface Task {
  /** The task token of other Florence-2 code. It is replaced by `sentence`; the model never receives it. */
  readonly token: string;
  /** The exact prompt; `{input}` stands for the caller's text or the region's location tokens. */
  readonly sentence: string;
  readonly input: InputKind;
  readonly postProcessing: PostProcessing;
  readonly answers: readonly AnswerType[];
  /** One line for lists of tasks. */
  readonly summary: string;
}

/**
 * All tasks by their names in the API. A new task is one row here. The rows are in the order in which the reference searches for
 * their tokens, which determines the error for a text that contains two of them.
 */
export const tasks = {
  ocr: {
    token: "<OCR>",
    sentence: "What is the text in the image?",
    input: "none",
    postProcessing: "pure_text",
    answers: ["text"],
    summary: "Read the text in the image",
  },
  "ocr-with-region": {
    token: "<OCR_WITH_REGION>",
    sentence: "What is the text in the image, with regions?",
    input: "none",
    postProcessing: "ocr",
    answers: ["quads"],
    summary: "Read the text in the image, with the four corners of each text region",
  },
  caption: {
    token: "<CAPTION>",
    sentence: "What does the image describe?",
    input: "none",
    postProcessing: "pure_text",
    answers: ["text"],
    summary: "Describe the image in a sentence",
  },
  "detailed-caption": {
    token: "<DETAILED_CAPTION>",
    sentence: "Describe in detail what is shown in the image.",
    input: "none",
    postProcessing: "pure_text",
    answers: ["text"],
    summary: "Describe the image in a few sentences",
  },
  "more-detailed-caption": {
    token: "<MORE_DETAILED_CAPTION>",
    sentence: "Describe with a paragraph what is shown in the image.",
    input: "none",
    postProcessing: "pure_text",
    answers: ["text"],
    summary: "Describe the image in a paragraph",
  },
  "object-detection": {
    token: "<OD>",
    sentence: "Locate the objects with category name in the image.",
    input: "none",
    postProcessing: "description_with_bboxes",
    answers: ["boxes"],
    summary: "Find objects and name their categories",
  },
  "dense-region-caption": {
    token: "<DENSE_REGION_CAPTION>",
    sentence: "Locate the objects in the image, with their descriptions.",
    input: "none",
    postProcessing: "description_with_bboxes",
    answers: ["boxes"],
    summary: "Find objects and describe each",
  },
  "region-proposal": {
    token: "<REGION_PROPOSAL>",
    sentence: "Locate the region proposals in the image.",
    input: "none",
    postProcessing: "bboxes",
    answers: ["boxes"],
    summary: "Propose regions that contain objects, without labels",
  },
  "caption-to-phrase-grounding": {
    token: "<CAPTION_TO_PHRASE_GROUNDING>",
    sentence: "Locate the phrases in the caption: {input}",
    input: "text",
    postProcessing: "phrase_grounding",
    answers: ["boxes"],
    summary: "Find what each phrase of a caption refers to",
  },
  "referring-expression-segmentation": {
    token: "<REFERRING_EXPRESSION_SEGMENTATION>",
    sentence: "Locate {input} in the image with mask",
    input: "text",
    postProcessing: "polygons",
    answers: ["polygons"],
    summary: "Outline the object that an expression refers to",
  },
  "region-to-segmentation": {
    token: "<REGION_TO_SEGMENTATION>",
    sentence: "What is the polygon mask of region {input}",
    input: "region",
    postProcessing: "polygons",
    answers: ["polygons"],
    summary: "Outline the object in a region",
  },
  "open-vocabulary-detection": {
    token: "<OPEN_VOCABULARY_DETECTION>",
    sentence: "Locate {input} in the image.",
    input: "labels",
    postProcessing: "description_with_bboxes_or_polygons",
    answers: ["boxes", "polygons"],
    summary: "Find the objects that you name",
  },
  "region-to-category": {
    token: "<REGION_TO_CATEGORY>",
    sentence: "What is the region {input}?",
    input: "region",
    postProcessing: "pure_text",
    answers: ["text"],
    summary: "Name the object in a region",
  },
  "region-to-description": {
    token: "<REGION_TO_DESCRIPTION>",
    sentence: "What does the region {input} describe?",
    input: "region",
    postProcessing: "pure_text",
    answers: ["text"],
    summary: "Describe a region",
  },
  "region-to-ocr": {
    token: "<REGION_TO_OCR>",
    sentence: "What text is in the region {input}?",
    input: "region",
    postProcessing: "pure_text",
    answers: ["text"],
    summary: "Read the text in a region",
  },
} as const satisfies Readonly<Record<string, Task>>;

/** A task's name in the API. */
export type TaskName = keyof typeof tasks;

/** Whether a string is a task's name. */
export function isTaskName(name: string): name is TaskName {
  return Object.hasOwn(tasks, name);
}
