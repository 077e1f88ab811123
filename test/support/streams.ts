import type { AnswerPart, CacheReport, CallContext, Service, TaskRequest } from "../../src/contract/service.ts";
import { AnswerEvent, PaidAnswerEvent } from "../../src/contract/stream-events.ts";

/** Collects all parts and cache reports that a service emits for a request. */
export async function partsOf(service: Pick<Service, "stream">, request: TaskRequest, call: CallContext) {
  const parts: AnswerPart[] = [];
  const reports: CacheReport[] = [];
  await service.stream(request, call, (part, cache) => {
    parts.push(part);
    reports.push(cache);
  });
  return { parts, reports };
}

/** Parses the events in a section of a stream, without comments. Throws for an event that violates the contract. */
export function eventsIn(text: string): readonly AnswerEvent[] {
  return parsedEvents(text, (event) => AnswerEvent.parse(event));
}

/** The same of a stream that was paid. */
export function paidEventsIn(text: string): readonly PaidAnswerEvent[] {
  return parsedEvents(text, (event) => PaidAnswerEvent.parse(event));
}

function parsedEvents<Event extends { readonly type: string }>(
  text: string,
  parse: (event: unknown) => Event,
): readonly Event[] {
  const blocks = text.split("\n\n").filter((block) => block !== "" && !block.startsWith(":"));
  return blocks.map((block) => {
    const [, name, data = ""] = /^event: (\w+)\ndata: (.*)$/u.exec(block) ?? [];
    const event = parse(JSON.parse(data));
    if (event.type !== name) throw new Error(`The event ${name} says that it is ${event.type}.`);
    return event;
  });
}
