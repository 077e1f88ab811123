import { contractSchemas } from "../docs/schema.ts";
import { type ClassNotes, namedType, type PythonModule } from "./classes.ts";
import { docstring, literal } from "./names.ts";

/** What the client returns; everything that these refer to is generated with them. */
const roots = [
  "AnswerEvent",
  "FlatAnswer",
  "RawAnswer",
  "AnalyzeAnswer",
  "BatchAnswer",
  "Health",
  "TaskList",
  "ModelList",
  "Pricing",
  "Quote",
  "Me",
  "Job",
  "JobList",
] as const;

/** The boxes of the Python client always have two corners, and compute the other forms themselves. */
const isLeftOut = (name: string): boolean => /(?:Xywh|Cxcywh)$/u.test(name);

/** Written by hand in `_reply.py`: its keys are the tokens of tasks. */
const handWritten: ReadonlySet<string> = new Set(["ReferenceAnswer"]);

/** Names of objects that the document does not name, by the names of where they first occur. */
const givenNames: ReadonlyMap<string, string> = new Map([
  ["QuadObjectCocoRle", "CocoRle"],
  ["ProblemIssue", "Issue"],
  ["TaskListTask", "TaskInfo"],
  ["ModelListModel", "ModelInfo"],
  ["MeCapsDay", "Cap"],
  ["MeRatePolicie", "RatePolicy"],
  ["MeRateConcurrency", "Concurrency"],
  ["PricingTask", "TaskPrice"],
]);

/** The classes of `_forms.py` and `_reply.py` that these extend. */
const bases: ReadonlyMap<string, string> = new Map([
  ["Box", "BoxForms"],
  ["TextAnswer", "TextForms"],
  ["BoxesAnswer", "LocatedForms"],
  ["QuadsAnswer", "LocatedForms"],
  ["PolygonsAnswer", "LocatedForms"],
  ["AnalyzeResult", "ResultForms"],
  // All that is a whole reply; events are parts of one.
  ...roots.filter((name) => name !== "AnswerEvent").map((name) => [name, "Reply"] as const),
]);

/** Types that are not the document's: a newer server may send a code that this client does not know, and what any object could be is tried last. */
const widened: ReadonlyMap<string, string> = new Map([
  ["Problem.code", "str"],
  ["Job.result", "FlatAnswer | RawAnswer | OwnAnswer | AnalyzeAnswer | ReferenceAnswer | None"],
]);

/** Fields that the document does not have. */
const added: ReadonlyMap<string, string> = new Map([
  [
    "Job",
    `    webhook_secret: str | None = None
    """What verifies the events of this job where there are no accounts: there only in the reply that accepted it."""\n`,
  ],
]);

const notes: ClassNotes = { handWritten, givenNames, bases, widened, added, isLeftOut };

/** The unions of a task's answers, which the document does not name. */
const unions = `OwnAnswer = TextAnswer | BoxesAnswer | QuadsAnswer | PolygonsAnswer
"""An answer in its own form; \`type\` tells which."""

Answer = OwnAnswer | FlatAnswer | RawAnswer | ReferenceAnswer
"""An answer in any form that is no drawing."""
`;

/** The classes of the API's replies, and the unions of them, as the text of a part of a Python module. */
export function models(): string {
  const schemas = contractSchemas();
  const module: PythonModule = { schemas, notes, classes: new Map(), aliases: new Map(), known: new Map() };
  for (const root of roots) namedType(module, root);
  const text = `${[...module.classes.values()].join("\n\n")}\n\n${[...module.aliases.values()].join("\n")}`;
  const codes = schemas["Problem"]?.properties?.["code"]?.enum ?? [];
  const doc = docstring("The codes of the API's problems. A newer server may have others.", "");
  return `${text}\n${unions}\nProblemCode = ${literal(codes)}\n${doc}`;
}
