import type { Answer, FormattedAnswer, LocatedAnswer } from "../contract/answers.ts";
import type { BoxFormat } from "../contract/form-options.ts";
import type { Box, CentredBox, SizedBox } from "../contract/geometry.ts";

/**
 * Decimals of sizes and centres. A bin's centre is a multiple of side ÷ 2000, so a corner has at most four decimals and the middle of two
 * corners at most five. Further digits are rounding errors of double arithmetic.
 */
const DECIMALS = 5;

function round(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

function toXywh({ x1, y1, x2, y2 }: Box): SizedBox {
  return { x: x1, y: y1, width: round(x2 - x1), height: round(y2 - y1) };
}

function toCxcywh({ x1, y1, x2, y2 }: Box): CentredBox {
  return { cx: round((x1 + x2) / 2), cy: round((y1 + y2) / 2), width: round(x2 - x1), height: round(y2 - y1) };
}

interface Boxed {
  readonly box: Box;
  readonly normalized_box: Box;
}

/** Converts each box of an answer. One branch per answer type, so that the compiler checks that type and objects match. */
function convertBoxes<Format extends BoxFormat, Shape>(
  answer: LocatedAnswer,
  box_format: Format,
  convert: (box: Box) => Shape,
) {
  const item = <Item extends Boxed>({ box, normalized_box, ...rest }: Item) => ({
    ...rest,
    box: convert(box),
    normalized_box: convert(normalized_box),
  });
  if (answer.type === "boxes") return { ...answer, box_format, objects: answer.objects.map((each) => item(each)) };
  if (answer.type === "quads") return { ...answer, box_format, objects: answer.objects.map((each) => item(each)) };
  return { ...answer, box_format, objects: answer.objects.map((each) => item(each)) };
}

const formats: Readonly<Record<BoxFormat, (answer: LocatedAnswer) => FormattedAnswer>> = {
  xyxy: (answer) => answer,
  xywh: (answer) => convertBoxes(answer, "xywh", toXywh),
  cxcywh: (answer) => convertBoxes(answer, "cxcywh", toCxcywh),
};

/** Converts an answer's boxes, in pixels and normalized, to this format. Returns a text answer unchanged. */
export function withBoxFormat(answer: Answer, format: BoxFormat): FormattedAnswer {
  return answer.type === "text" ? answer : formats[format](answer);
}
