import type { Answer, FormattedAnswer } from "../contract/answers.ts";
import type { FormOptions } from "../contract/form-options.ts";
import type { Form, JsonForm } from "../contract/forms.ts";
import { postProcess } from "../florence/reference.ts";
import { tasks } from "../florence/tasks.ts";
import { requireImage } from "../inference/backend.ts";
import { withBoxFormat } from "./box-format.ts";
import { flat } from "./flat.ts";
import { limited } from "./limit.ts";
import { withOutlines } from "./outline.ts";
import { raw } from "./raw.ts";
import { pngDrawing, type RenderPng, requirePng } from "./png-drawing.ts";
import type { FormSource } from "./source.ts";
import { svgDrawing } from "./svg-drawing.ts";

type Formatter = (source: FormSource, options: FormOptions) => JsonForm;

/** Applies the options that limit and convert objects: scores, counts, outlines and the box format. */
export function formatted(answer: Answer, options: FormOptions): FormattedAnswer {
  const outlined = withOutlines(limited(answer, options), options.include ?? []);
  return withBoxFormat(outlined, options.box_format ?? "xyxy");
}

const formats: Readonly<Record<NonNullable<FormOptions["format"]>, Formatter>> = {
  json: ({ answer }, options) => formatted(answer, options),
  flat: ({ answer }, options) => flat(formatted(answer, options), options.box_format ?? "xyxy"),
  raw,
};

/** What Hugging Face's processor returns for the first prompt's text. The contract allows only one prompt in this form. */
function reference({ task, image, generations }: FormSource): JsonForm {
  return postProcess(generations[0]?.text ?? "", tasks[task].token, image);
}

function drawing(source: FormSource, options: FormOptions, renderPng: RenderPng | undefined): Form {
  const answer = limited(source.answer, options);
  const image = (options.overlay_image ?? true) ? requireImage(source.image) : undefined;
  if (options.overlay === "svg") return svgDrawing(answer, image);
  return pngDrawing(answer, image, requirePng(renderPng));
}

/** Renders an answer in the requested form. All forms are derived from the same generations. Without `renderPng`, a PNG is refused. */
export function formatAnswer(source: FormSource, options: FormOptions, renderPng?: RenderPng): Form {
  if (options.compat === "reference") return reference(source);
  if (options.overlay === undefined) return formats[options.format ?? "json"](source, options);
  return drawing(source, options, renderPng);
}
