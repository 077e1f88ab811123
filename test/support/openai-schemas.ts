/** The bodies of OpenAI's protocol as JSON Schema: what its clients read, and nothing else but what is ours (`florence`). */
const text = { type: "string" };
const int = { type: "integer", minimum: 0 };

function object(properties: Readonly<Record<string, unknown>>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

const answer = { type: "object" };
const nothing = { const: null };
const finishReason = { enum: ["stop", "length"] };
const usage = object({ prompt_tokens: int, completion_tokens: int, total_tokens: int });

/** `chat.completion`. */
export const chatCompletionSchema = object({
  id: { type: "string", pattern: "^chatcmpl-." },
  object: { const: "chat.completion" },
  created: int,
  model: text,
  choices: {
    type: "array",
    minItems: 1,
    maxItems: 1,
    items: object({
      index: { const: 0 },
      message: object({ role: { const: "assistant" }, content: text, refusal: nothing, florence: answer }),
      logprobs: nothing,
      finish_reason: finishReason,
    }),
  },
  usage,
});

const delta = object({ role: { const: "assistant" }, content: text, florence: answer }, [
  "role",
  "content",
  "florence",
]);
const choice = object({
  index: { const: 0 },
  delta,
  logprobs: nothing,
  finish_reason: { anyOf: [finishReason, nothing] },
});

/** `chat.completion.chunk`. */
export const chatChunkSchema = object(
  {
    id: { type: "string", pattern: "^chatcmpl-." },
    object: { const: "chat.completion.chunk" },
    created: int,
    model: text,
    choices: { type: "array", maxItems: 1, items: choice },
    usage: { anyOf: [usage, nothing] },
  },
  ["usage"],
);

const textPart = object({
  type: { const: "output_text" },
  text,
  annotations: { type: "array", maxItems: 0 },
  logprobs: { type: "array", maxItems: 0 },
});
const status = { enum: ["in_progress", "completed", "incomplete"] };
const item = object(
  {
    id: { type: "string", pattern: "^msg_." },
    type: { const: "message" },
    status,
    role: { const: "assistant" },
    content: { type: "array", maxItems: 1, items: textPart },
    florence: answer,
  },
  ["florence"],
);

/** `response`. */
export const responseSchema = object({
  id: { type: "string", pattern: "^resp_." },
  object: { const: "response" },
  created_at: int,
  status,
  error: nothing,
  incomplete_details: { anyOf: [nothing, object({ reason: { const: "max_output_tokens" } })] },
  instructions: nothing,
  metadata: object({}),
  model: text,
  output: { type: "array", maxItems: 1, items: item },
  parallel_tool_calls: { const: false },
  temperature: nothing,
  tool_choice: { const: "none" },
  tools: { type: "array", maxItems: 0 },
  top_p: nothing,
  usage: {
    anyOf: [
      nothing,
      object({
        input_tokens: int,
        input_tokens_details: object({ cached_tokens: int }),
        output_tokens: int,
        output_tokens_details: object({ reasoning_tokens: int }),
        total_tokens: int,
      }),
    ],
  },
});

const place = { item_id: text, output_index: { const: 0 }, content_index: { const: 0 } };
const events = [
  object({
    type: { enum: ["response.created", "response.in_progress"] },
    response: responseSchema,
    sequence_number: int,
  }),
  object({
    type: { enum: ["response.output_item.added", "response.output_item.done"] },
    output_index: { const: 0 },
    item,
    sequence_number: int,
  }),
  object({
    type: { enum: ["response.content_part.added", "response.content_part.done"] },
    ...place,
    part: textPart,
    sequence_number: int,
  }),
  object({
    type: { const: "response.output_text.delta" },
    ...place,
    delta: text,
    logprobs: { type: "array" },
    sequence_number: int,
  }),
  object({
    type: { const: "response.output_text.done" },
    ...place,
    text,
    logprobs: { type: "array" },
    sequence_number: int,
  }),
  object({
    type: { enum: ["response.completed", "response.incomplete"] },
    response: responseSchema,
    sequence_number: int,
  }),
  object({
    type: { const: "error" },
    code: text,
    message: text,
    param: { anyOf: [text, nothing] },
    sequence_number: int,
  }),
];

/** An event of a streamed response. */
export const responseEventSchema = { anyOf: events };

const model = object({ id: text, object: { const: "model" }, created: int, owned_by: text });

/** The list of models, or one of them. */
export const modelsSchema = {
  anyOf: [model, object({ object: { const: "list" }, data: { type: "array", items: model } })],
};

/** An error, also of a stream. */
export const openAiErrorSchema = object({
  error: object({
    message: { type: "string", minLength: 1 },
    type: text,
    param: { anyOf: [text, nothing] },
    code: text,
  }),
});
