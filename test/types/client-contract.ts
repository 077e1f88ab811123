import type * as z from "zod";
import type * as client from "../../src/client/contract.ts";
import type { Batch, BatchProblemCode } from "../../src/client/batch-object.ts";
import type { Me } from "../../src/contract/account-schemas.ts";
import type { AnalyzeAnswer } from "../../src/contract/analyze.ts";
import type { Answer, AnswerType, answersByType } from "../../src/contract/answers.ts";
import type { batchProblems } from "../../src/contract/batch-problems.ts";
import type { BatchObject } from "../../src/contract/batches.ts";
import type { BatchAnswer } from "../../src/contract/batch.ts";
import type { FlatAnswer, RawAnswer, ReferenceAnswer } from "../../src/contract/forms.ts";
import type { operations } from "../../src/contract/operations.ts";
import type { ProblemDetails } from "../../src/contract/problem-details.ts";
import type { dialectProblems } from "../../src/contract/dialect-problems.ts";
import type { bodiesByInput } from "../../src/contract/requests.ts";
import type { PaidAnswerEvent } from "../../src/contract/stream-events.ts";
import type { PreparedUpload, UploadedFile } from "../../src/contract/uploads.ts";
import type { tasks } from "../../src/florence/tasks.ts";

/**
 * Compares the client's types, which are generated from the OpenAPI document, with the types that the schemas infer: each must be assignable to
 * the other. Nothing here runs: `npm run types` is the test.
 */
type Plain<Value> = Value extends keyof typeof dialectProblems
  ? // The client sees none of these codes, and the document has none.
    never
  : Value extends readonly unknown[] | object
    ? { readonly [Key in keyof Value]: Plain<Value[Key]> }
    : Value;
type Same<One, Other> = [Plain<One>] extends [Plain<Other>]
  ? [Plain<Other>] extends [Plain<One>]
    ? "same"
    : "the contract has more"
  : "the client has more";

type SameCode<One extends string, Other extends string> = [One, Other] extends [Other, One] ? "same" : "a code differs";

type ReplyOf<Name extends keyof typeof operations> = z.infer<
  (typeof operations)[Name]["responses"][200]["content"]["application/json"]["schema"]
>;

type Boxes = client.BoxesAnswer | client.BoxesAnswerXywh | client.BoxesAnswerCxcywh;
type Quads = client.QuadsAnswer | client.QuadsAnswerXywh | client.QuadsAnswerCxcywh;
type Outlines = client.PolygonsAnswer | client.PolygonsAnswerXywh | client.PolygonsAnswerCxcywh;

type AllSame<Each extends readonly "same"[]> = Each;

/** A line that does not compile is a bug of the generator, or the client types have to be generated again. */
export type Agreement = AllSame<
  [
    Same<Batch, BatchObject>,
    SameCode<BatchProblemCode, keyof typeof batchProblems>,
    Same<client.TextAnswer, z.infer<typeof answersByType.text>>,
    Same<Boxes, z.infer<typeof answersByType.boxes>>,
    Same<Quads, z.infer<typeof answersByType.quads>>,
    Same<Outlines, z.infer<typeof answersByType.polygons>>,
    Same<client.TextAnswer | client.BoxesAnswer | client.QuadsAnswer | client.PolygonsAnswer, Answer>,
    Same<client.FlatAnswer | client.FlatAnswerXywh | client.FlatAnswerCxcywh, FlatAnswer>,
    Same<client.RawAnswer, RawAnswer>,
    Same<client.ReferenceAnswer, z.infer<typeof ReferenceAnswer>>,
    Same<client.Problem, ProblemDetails>,
    Same<client.ImageRequest, z.input<typeof bodiesByInput.none>>,
    Same<client.TextRequest, z.input<typeof bodiesByInput.text>>,
    Same<client.LabelsRequest, z.input<typeof bodiesByInput.labels>>,
    Same<client.RegionRequest, z.input<typeof bodiesByInput.region>>,
    Same<client.AnswerEvent, PaidAnswerEvent>,
    Same<client.PreparedUpload, PreparedUpload>,
    Same<client.UploadedFile, z.infer<typeof UploadedFile>>,
    Same<
      client.AnalyzeAnswer["results"][number]["problem"],
      z.infer<typeof AnalyzeAnswer>["results"][number]["problem"]
    >,
    Same<client.BatchAnswer["results"][number]["status"], z.infer<typeof BatchAnswer>["results"][number]["status"]>,
    Same<client.TaskList, ReplyOf<"tasks">>,
    Same<client.ModelList, ReplyOf<"models">>,
    Same<client.Health, ReplyOf<"health">>,
    Same<client.Me, z.infer<typeof Me>>,
    Same<(typeof client.tasks)[keyof typeof client.tasks]["name"], keyof typeof tasks>,
    Same<(typeof client.tasks)[keyof typeof client.tasks]["answers"][number], AnswerType>,
  ]
>;
