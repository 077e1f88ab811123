import { type Form, isDrawing } from "../contract/forms.ts";
import type { TaskRequest } from "../contract/service.ts";
import type { RenderPng } from "../forms/png-drawing.ts";
import type { AbsentImage, EncodedImage } from "../inference/backend.ts";
import { renderForm, type TaskGenerations } from "./parse-answer.ts";
import { prepare, type Prepared } from "./prepare.ts";

/** A prepared task, with the task of each of its prompts. */
export interface PreparedTask extends Prepared {
  readonly tasks: readonly string[];
  /** Whether a repeat of the request has the same arrays. */
  readonly isRemembered: boolean;
}

interface Known {
  readonly width: number;
  readonly height: number;
  readonly prepared: PreparedTask;
  /** The last answer, and what it was rendered from. */
  readonly last?: TaskGenerations & { readonly form: Form };
}

/** What was made of requests, which a repeat that is the same object needs not make again. It ends with the requests. */
export interface KnownAnswers {
  /** Prepares a request for an image of some size. Throws what `prepare` does. */
  prepared(request: TaskRequest, image: EncodedImage | AbsentImage): PreparedTask;
  /** Renders what was generated for a request, unless it was rendered of the same. Drawings are made each time: they contain the image. */
  rendered(request: TaskRequest, prepared: Prepared, result: TaskGenerations, renderPng?: RenderPng): Form;
}

/** Whether an answer depends on nothing that differs. The same generations and model are the same objects, as long as a cache has them. */
function isSame(one: TaskGenerations, other: TaskGenerations): boolean {
  return (
    one.model === other.model &&
    one.image.digest === other.image.digest &&
    one.image.width === other.image.width &&
    one.image.height === other.image.height &&
    one.generations.length === other.generations.length &&
    one.generations.every((generation, index) => generation === other.generations[index])
  );
}

function withoutBytes({ bytes: _bytes, ...image }: EncodedImage | AbsentImage): AbsentImage {
  return image;
}

/** Creates an empty memory. */
export function createKnownAnswers(): KnownAnswers {
  const known = new WeakMap<TaskRequest, Known>();
  return {
    prepared: (request, image) => {
      const { width, height } = image;
      const found = known.get(request);
      if (found?.width === width && found.height === height) return found.prepared;
      const once = prepare(request.task, request.options, image);
      // A request that contains its image's bytes is never the same object again, and an entry would keep the bytes until a full collection.
      const isRemembered = request.image.kind !== "bytes";
      const prepared = { ...once, tasks: once.prompts.map(() => once.task), isRemembered };
      if (isRemembered) known.set(request, { width, height, prepared });
      return prepared;
    },
    rendered: (request, prepared, result, renderPng) => {
      const found = known.get(request);
      const last = found?.prepared === prepared ? found.last : undefined;
      if (last !== undefined && isSame(last, result)) return last.form;
      const form = renderForm(prepared, result, renderPng);
      if (found?.prepared === prepared && !isDrawing(form)) {
        known.set(request, { ...found, last: { ...result, image: withoutBytes(result.image), form } });
      }
      return form;
    },
  };
}
