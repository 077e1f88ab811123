import type { JsonForm } from "../contract/forms.ts";
import type { DialectBody, DialectEvent, DialectStream } from "../contract/dialect.ts";
import { contentOf, isCut, isTextContent, tokensOf } from "./content.ts";
import { errorOf } from "./error.ts";
import type { Asked } from "./read-request.ts";

/** One answer to a request, and when it is given. */
export interface Reply extends Asked {
  readonly requestId: string;
  /** Seconds since 1970. */
  readonly created: number;
}

function usageOf(form: JsonForm) {
  const { prompt, completion } = tokensOf(form);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function finishReasonOf(form: JsonForm): "stop" | "length" {
  return isCut(form) ? "length" : "stop";
}

/** An answer as `chat.completion`. Throws `unsupported-schema`. */
export function chatCompletion(form: JsonForm, { format, model, requestId, created }: Reply): DialectBody {
  const message = { role: "assistant", content: contentOf(form, format), refusal: null, florence: form };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReasonOf(form) };
  const says = { object: "chat.completion", model, choices: [choice], usage: usageOf(form) };
  return { json: { id: `chatcmpl-${requestId}`, created, ...says }, says };
}

/** An answer as `chat.completion.chunk` events: a text in parts, every other answer in one, since only the whole of it is JSON. */
export function chatStream({ format, model, includesUsage, requestId, created }: Reply): DialectStream {
  const common = { id: `chatcmpl-${requestId}`, object: "chat.completion.chunk", created, model };
  // With usage, all chunks but the last have it as null.
  const none = includesUsage ? { usage: null } : {};
  const chunk = (delta: object, finish_reason: string | null = null): DialectEvent => ({
    ...common,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...none,
  });
  let hasStarted = false;
  let hasText = false;
  const started = (events: readonly DialectEvent[]): readonly DialectEvent[] => {
    if (hasStarted) return events;
    hasStarted = true;
    return [chunk({ role: "assistant", content: "" }), ...events];
  };
  const done = (form: JsonForm): readonly DialectEvent[] => [
    ...(hasText ? [] : [chunk({ content: contentOf(form, format) })]),
    chunk({ florence: form }, finishReasonOf(form)),
    ...(includesUsage ? [{ ...common, choices: [], usage: usageOf(form) }] : []),
  ];
  return {
    push: (part) => {
      if (part.type === "done") {
        const last = done(part.answer);
        return started(last);
      }
      if (part.type !== "delta" || !isTextContent(format)) return [];
      hasText = true;
      return started([chunk({ content: part.text })]);
    },
    fail: (details) => ({ error: errorOf(details, "messages") }),
    end: "[DONE]",
  };
}
