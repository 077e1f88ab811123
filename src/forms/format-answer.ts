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
import type { FormSource } from "./source.ts";
import { svgDrawing } from "./svg-drawing.ts";

type Draw = (source: FormSource, options: FormOptions) => JsonForm;

/** An answer of texts and objects, as the options that limit and convert objects want it. */
export function formatted(answer: Answer, options: FormOptions): FormattedAnswer {
  const shown = withOutlines(limited(answer, options), options.include ?? []);
  return withBoxFormat(shown, options.box_format ?? "xyxy");
}

const formats: Readonly<Record<NonNullable<FormOptions["format"]>, Draw>> = {
  json: ({ answer }, options) => formatted(answer, options),
  flat: ({ answer }, options) => flat(formatted(answer, options), options.box_format ?? "xyxy"),
  raw,
};

/** What Hugging Face's processor gives for the first prompt's text: the contract lets only one through. */
function reference({ task, image, generations }: FormSource): JsonForm {
  return postProcess(generations[0]?.text ?? "", tasks[task].token, image);
}

/** An answer in the form that was asked for. All forms are drawn from the same generations. */
export function formatAnswer(source: FormSource, options: FormOptions): Form {
  if (options.compat === "reference") return reference(source);
  if (options.overlay === undefined) return formats[options.format ?? "json"](source, options);
  return svgDrawing(
    limited(source.answer, options),
    (options.overlay_image ?? true) ? requireImage(source.image) : undefined,
  );
}
