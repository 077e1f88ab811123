import { bannedPhrases } from "./banned-phrases.ts";
import type { ImageSize } from "./coordinates.ts";
import { createLabelReader, noLabels } from "./label.ts";
import { eachPiece, type Piece } from "./lex.ts";
import { createGroupParser } from "./parse-groups.ts";
import { createPolygonParser } from "./parse-polygons.ts";
import { createTextParser } from "./parse-text.ts";
import type { PieceParser } from "./piece-parser.ts";
import { type BoxObject, boxObject, type PolygonObject, polygonObject, type QuadObject, quadObject } from "./shapes.ts";
import { type AnswerType, type PostProcessing, type TaskName, tasks } from "./tasks.ts";

/** One thing that the model has finished saying; texts are to be joined in order. */
export type ParseEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "boxes"; readonly object: BoxObject }
  | { readonly type: "quads"; readonly object: QuadObject }
  | { readonly type: "polygons"; readonly object: PolygonObject };

/** What the model said, in the source image's coordinates; objects stand in the model's order. */
export type ParsedAnswer =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "boxes"; readonly objects: readonly BoxObject[] }
  | { readonly type: "quads"; readonly objects: readonly QuadObject[] }
  | { readonly type: "polygons"; readonly objects: readonly PolygonObject[] };

/** A piece parser that knows what kind of answer it reads. */
export interface AnswerParser extends PieceParser {
  /** Open-vocabulary detection says "boxes" until its first shape is a polygon. */
  type(): AnswerType;
}

type Emit = (event: ParseEvent) => void;
type CreateParser = (size: ImageSize, emit: Emit) => AnswerParser;

const none: ReadonlySet<string> = new Set();

function answering(type: AnswerType, parser: PieceParser): AnswerParser {
  return { type: () => type, push: (piece) => parser.push(piece), end: () => parser.end() };
}

function boxes(labels = createLabelReader, banned = none): CreateParser {
  return (size, emit) => {
    const parser = createGroupParser(4, labels(), (label, group) => {
      if (!banned.has(label)) emit({ type: "boxes", object: boxObject(label, group, size) });
    });
    return answering("boxes", parser);
  };
}

function polygons(labels = createLabelReader): CreateParser {
  return (size, emit) => {
    const parser = createPolygonParser(labels(), (label, rings) => {
      emit({ type: "polygons", object: polygonObject(label, rings, size) });
    });
    return answering("polygons", parser);
  };
}

const quads: CreateParser = (size, emit) => {
  const parser = createGroupParser(8, createLabelReader(), (label, group) => {
    emit({ type: "quads", object: quadObject(label, group, size) });
  });
  return answering("quads", parser);
};

const text: CreateParser = (_, emit) => {
  const parser = createTextParser((written) => {
    emit({ type: "text", text: written });
  });
  return answering("text", parser);
};

/** What the first shape begins with decides for the whole text: `<poly>`, or else a bare location token. */
const boxesOrPolygons: CreateParser = (size, emit) => {
  const waiting: Piece[] = [];
  let chosen: AnswerParser | undefined;
  const choose = (piece: Piece): AnswerParser | undefined => {
    if (piece.type === "marker" && piece.text === "<poly>") return polygons()(size, emit);
    return piece.type === "location" ? boxes()(size, emit) : undefined;
  };
  return {
    type: () => chosen?.type() ?? "boxes",
    push: (piece) => {
      if (chosen !== undefined) return chosen.push(piece);
      waiting.push(piece);
      chosen = choose(piece);
      if (chosen !== undefined) for (const early of waiting) chosen.push(early);
    },
    end: () => chosen?.end(),
  };
};

const parsers: Readonly<Record<PostProcessing, CreateParser>> = {
  pure_text: text,
  description_with_bboxes: boxes(),
  bboxes: boxes(() => noLabels),
  phrase_grounding: boxes(createLabelReader, bannedPhrases),
  ocr: quads,
  polygons: polygons(() => noLabels),
  description_with_bboxes_or_polygons: boxesOrPolygons,
};

/** A parser for one answer: takes pieces as they come and emits every object with the piece that completes it. */
export function createAnswerParser(task: TaskName, size: ImageSize, emit: Emit): AnswerParser {
  return parsers[tasks[task].postProcessing](size, emit);
}

function eventsOf<Type extends ParseEvent["type"]>(type: Type, events: readonly ParseEvent[]) {
  return events.filter((event): event is Extract<ParseEvent, { type: Type }> => event.type === type);
}

function objectOf<Shape>({ object }: { readonly object: Shape }): Shape {
  return object;
}

/** All events of one answer → the answer. `type` is the parser's after its end. */
export function collectAnswer(type: AnswerType, events: readonly ParseEvent[]): ParsedAnswer {
  if (type === "text") return { type, text: eventsOf(type, events).reduce((before, event) => before + event.text, "") };
  if (type === "boxes") return { type, objects: eventsOf(type, events).map(objectOf) };
  if (type === "quads") return { type, objects: eventsOf(type, events).map(objectOf) };
  return { type, objects: eventsOf(type, events).map(objectOf) };
}

/**
 * Reads what the model wrote (special tokens kept) as the answer to a task. Never throws: words that fit nothing become
 * labels, shapes that are not finished are dropped, bins past 999 count as 999. `size` is the source image's.
 */
export function parse(written: string, task: TaskName, size: ImageSize): ParsedAnswer {
  const events: ParseEvent[] = [];
  const parser = createAnswerParser(task, size, (event) => events.push(event));
  eachPiece(written, 0, (piece) => parser.push(piece));
  parser.end();
  return collectAnswer(parser.type(), events);
}
