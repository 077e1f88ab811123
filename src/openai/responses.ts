import type { JsonForm } from "../contract/forms.ts";
import type { DialectBody, DialectEvent, DialectStream } from "../contract/dialect.ts";
import type { Reply } from "./chat.ts";
import { contentOf, isCut, isTextContent, tokensOf } from "./content.ts";
import { errorOf } from "./error.ts";

type Status = "in_progress" | "completed" | "incomplete";

function usageOf(form: JsonForm) {
  const { prompt, completion } = tokensOf(form);
  return {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: completion,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: prompt + completion,
  };
}

function textPart(text: string) {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

/** The only item of a response's output. */
function messageItem(
  { requestId }: Pick<Reply, "requestId">,
  status: Status,
  texts: readonly string[],
  form?: JsonForm,
) {
  const told = form === undefined ? {} : { florence: form };
  return { id: `msg_${requestId}`, type: "message", status, role: "assistant", content: texts.map(textPart), ...told };
}

/** A response without its id and time. Parameters that it repeats have the values that the search has. */
function responseObject({ model }: Pick<Reply, "model">, status: Status, output: readonly object[], form?: JsonForm) {
  return {
    object: "response",
    status,
    error: null,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: false,
    temperature: null,
    tool_choice: "none",
    tools: [],
    top_p: null,
    usage: form === undefined ? null : usageOf(form),
  };
}

function statusOf(form: JsonForm): Status {
  return isCut(form) ? "incomplete" : "completed";
}

/** An answer as `response`. Throws `unsupported-schema`. */
export function response(form: JsonForm, reply: Reply): DialectBody {
  const { requestId, created } = reply;
  const status = statusOf(form);
  const text = contentOf(form, reply.format);
  const whole = (id: string) =>
    responseObject(reply, status, [messageItem({ requestId: id }, status, [text], form)], form);
  return { json: { id: `resp_${requestId}`, created_at: created, ...whole(requestId) }, says: whole("") };
}

/** The events before the first part of a text. */
function openingEvents(reply: Reply, wrapped: (status: Status, output: readonly object[]) => object) {
  const item = messageItem(reply, "in_progress", []);
  return [
    { type: "response.created", response: wrapped("in_progress", []) },
    { type: "response.in_progress", response: wrapped("in_progress", []) },
    { type: "response.output_item.added", output_index: 0, item },
    { type: "response.content_part.added", ...placeIn(reply), part: textPart("") },
  ];
}

/** Where the text is in the response. */
function placeIn({ requestId }: Reply) {
  return { item_id: `msg_${requestId}`, output_index: 0, content_index: 0 };
}

/** The events after the last part of a text. */
function closingEvents(
  reply: Reply,
  { text, form }: { readonly text: string; readonly form: JsonForm },
  wrapped: (status: Status, output: readonly object[], form: JsonForm) => object,
) {
  const status = statusOf(form);
  const item = messageItem(reply, status, [text], form);
  return [
    { type: "response.output_text.done", ...placeIn(reply), text, logprobs: [] },
    { type: "response.content_part.done", ...placeIn(reply), part: textPart(text) },
    { type: "response.output_item.done", output_index: 0, item },
    { type: `response.${status}`, response: wrapped(status, [item], form) },
  ];
}

/** An answer as the events of a response: a text in parts, every other answer in one, since only the whole of it is JSON. */
export function responseStream(reply: Reply): DialectStream {
  const { format, requestId, created } = reply;
  const wrapped = (status: Status, output: readonly object[], form?: JsonForm) => ({
    id: `resp_${requestId}`,
    created_at: created,
    ...responseObject(reply, status, output, form),
  });
  let [sequence, hasStarted, hasText] = [0, false, false];
  const numbered = (events: readonly object[]): readonly DialectEvent[] =>
    events.map((event) => ({ ...event, sequence_number: sequence++ }));
  const opening = (): readonly object[] => {
    if (hasStarted) return [];
    hasStarted = true;
    return openingEvents(reply, wrapped);
  };
  const delta = (text: string) => ({
    type: "response.output_text.delta",
    ...placeIn(reply),
    delta: text,
    logprobs: [],
  });
  return {
    push: (part) => {
      if (part.type === "done") {
        const text = contentOf(part.answer, format);
        const rest = hasText ? [] : [delta(text)];
        return numbered([...opening(), ...rest, ...closingEvents(reply, { text, form: part.answer }, wrapped)]);
      }
      if (part.type !== "delta" || !isTextContent(format)) return [];
      hasText = true;
      return numbered([...opening(), delta(part.text)]);
    },
    fail: (details) => {
      const { message, code, param } = errorOf(details, "input");
      return { type: "error", code, message, param, sequence_number: sequence };
    },
    nameOf: ({ type }) => String(type),
  };
}
