/**
 * The answer and the error of Azure Image Analysis 4.0 as JSON Schema, written from its public TypeSpec (azure-rest-api-specs, specification/ai/ImageAnalysis/models.tsp at 30ce0cc,
 * and Azure.Core's error). One thing is different: an image without text has a block without lines here, where the TypeSpec wants a line.
 */
const int = { type: "integer", minimum: 0 };
const size = { type: "integer", minimum: 1 };
const confidence = { type: "number", minimum: 0, maximum: 1 };
const text = { type: "string", minLength: 1 };

function object(properties: Readonly<Record<string, unknown>>, required = Object.keys(properties)) {
  return { type: "object", properties, required, additionalProperties: false };
}

function values(items: unknown, minItems = 0) {
  return object({ values: { type: "array", items, minItems } });
}

const boundingBox = object({ x: int, y: int, w: int, h: int });
const boundingPolygon = { type: "array", items: object({ x: int, y: int }), minItems: 4, maxItems: 4 };
const tag = object({ name: text, confidence });
const word = object({ text, boundingPolygon, confidence });
const line = object({ text, boundingPolygon, words: { type: "array", items: word, minItems: 1 } });
const block = object({ lines: { type: "array", items: line } });

/** `ImageAnalysisResult`, without smart crops, which are refused. */
export const azureResultSchema = object(
  {
    captionResult: object({ text, confidence }),
    denseCaptionsResult: {
      ...values(object({ text, confidence, boundingBox }), 1),
    },
    metadata: object({ width: size, height: size }),
    modelVersion: text,
    objectsResult: values(object({ boundingBox, tags: { type: "array", items: tag } })),
    peopleResult: values(object({ boundingBox, confidence })),
    readResult: object({ blocks: { type: "array", items: block, minItems: 1, maxItems: 1 } }),
    tagsResult: values(tag),
  },
  ["metadata", "modelVersion"],
);

/** `Azure.Core.Foundations.ErrorResponse`. */
export const azureErrorSchema = object({
  error: object({ code: text, message: text, innererror: object({ code: text, message: text }) }),
});
