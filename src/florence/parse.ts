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

/** One completed part of an answer. Texts are to be concatenated in order. */
export type ParseEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "boxes"; readonly object: BoxObject }
  | { readonly type: "quads"; readonly object: QuadObject }
  | { readonly type: "polygons"; readonly object: PolygonObject };

/** A parsed answer in the source image's coordinates, with objects in the model's order. */
export type ParsedAnswer =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "boxes"; readonly objects: readonly BoxObject[] }
  | { readonly type: "quads"; readonly objects: readonly QuadObject[] }
  | { readonly type: "polygons"; readonly objects: readonly PolygonObject[] };

/** A piece parser that knows the type of its answer. */
export interface AnswerParser extends PieceParser {
  /** For open-vocabulary detection, "boxes" until its first shape is a polygon. */
  type(): AnswerType;
}

type Emit = (event: ParseEvent) => void;
type CreateParser = (size: ImageSize, emit: Emit) => AnswerParser;

const none: ReadonlySet<string> = new Set();

function withType(type: AnswerType, parser: PieceParser): AnswerParser {
  return { type: () => type, push: (piece) => parser.push(piece), end: () => parser.end() };
}

function boxes(labels = createLabelReader, banned = none): CreateParser {
  return (size, emit) => {
    const parser = createGroupParser(4, labels(), (label, group) => {
      if (!banned.has(label)) emit({ type: "boxes", object: boxObject(label, group, size) });
    });
    return withType("boxes", parser);
  };
}

function polygons(labels = createLabelReader): CreateParser {
  return (size, emit) => {
    const parser = createPolygonParser(labels(), (label, rings) => {
      emit({ type: "polygons", object: polygonObject(label, rings, size) });
    });
    return withType("polygons", parser);
  };
}

const quads: CreateParser = (size, emit) => {
  const parser = createGroupParser(8, createLabelReader(), (label, group) => {
    emit({ type: "quads", object: quadObject(label, group, size) });
  });
  return withType("quads", parser);
};

const text: CreateParser = (_, emit) => {
  const parser = createTextParser((words) => {
    emit({ type: "text", text: words });
  });
  return withType("text", parser);
};

/** The first shape determines the type of the whole answer: it starts with `<poly>`, or with a bare location token. */
const boxesOrPolygons: CreateParser = (size, emit) => {
  const pending: Piece[] = [];
  let chosen: AnswerParser | undefined;
  const choose = (piece: Piece): AnswerParser | undefined => {
    if (piece.type === "marker" && piece.text === "<poly>") return polygons()(size, emit);
    return piece.type === "location" ? boxes()(size, emit) : undefined;
  };
  return {
    type: () => chosen?.type() ?? "boxes",
    push: (piece) => {
      if (chosen !== undefined) return chosen.push(piece);
      pending.push(piece);
      chosen = choose(piece);
      if (chosen !== undefined) for (const earlier of pending) chosen.push(earlier);
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

/** Creates a parser for one answer: it takes pieces as they arrive, and emits each object with the piece that completes it. */
export function createAnswerParser(task: TaskName, size: ImageSize, emit: Emit): AnswerParser {
  return parsers[tasks[task].postProcessing](size, emit);
}

function eventsOf<Type extends ParseEvent["type"]>(type: Type, events: readonly ParseEvent[]) {
  return events.filter((event): event is Extract<ParseEvent, { type: Type }> => event.type === type);
}

function objectOf<Shape>({ object }: { readonly object: Shape }): Shape {
  return object;
}

/** Builds an answer from all its events. `type` is the parser's type after its end. */
export function collectAnswer(type: AnswerType, events: readonly ParseEvent[]): ParsedAnswer {
  if (type === "text") return { type, text: eventsOf(type, events).reduce((before, event) => before + event.text, "") };
  if (type === "boxes") return { type, objects: eventsOf(type, events).map(objectOf) };
  if (type === "quads") return { type, objects: eventsOf(type, events).map(objectOf) };
  return { type, objects: eventsOf(type, events).map(objectOf) };
}

/**
 * Parses a generated text, special tokens kept, as the answer to a task. Never throws: unexpected words become labels,
 * incomplete shapes are dropped, bins above 999 count as 999. `size` is the source image's, in pixels.
 */
export function parse(generated: string, task: TaskName, size: ImageSize): ParsedAnswer {
  const events: ParseEvent[] = [];
  const parser = createAnswerParser(task, size, (event) => events.push(event));
  eachPiece(generated, 0, (piece) => parser.push(piece));
  parser.end();
  return collectAnswer(parser.type(), events);
}
