import { AnswerEvent } from "../src/contract/stream-events.ts";
import { readEvents } from "../src/inference/protocol/sse.ts";
import { describeProblem } from "./ready-server.ts";
import { UsageError } from "./run-command.ts";

/** Prints one event for a person: text is continued on the same line, each object gets its own line. */
function print(event: AnswerEvent): void {
  if (event.type === "delta") process.stdout.write(event.text);
  if (event.type === "object") console.log(JSON.stringify(event.object));
  if (event.type === "done" && event.answer.type === "text") console.log();
  if (event.type === "error") throw new UsageError(describeProblem(event.problem));
}

/** Prints an answer's events as they arrive; with `isWhole`, the full JSON of each event on its own line. */
export async function printStream({ body }: Response, isWhole: boolean): Promise<void> {
  if (body === null) throw new Error("The stream has no body.");
  for await (const { data } of readEvents(body)) {
    if (isWhole) console.log(data);
    else print(AnswerEvent.parse(JSON.parse(data)));
  }
}
