import { type Finding, finding } from "./finding.ts";
import type { Campaign, Observation } from "./observation.ts";
import { itemName } from "./questions.ts";

/** One observation in short. */
export function describe({ question, requestId, outcome, status, code, told }: Observation): string {
  const { number, kind, account, isFresh, idempotencyKey } = question;
  const how = [kind, ...(isFresh ? ["no-store"] : []), ...(idempotencyKey === undefined ? [] : ["with a key"])];
  const cost =
    told === undefined
      ? ""
      : `, ${told.amount} for ${told.ids.join(" ") || "several"}${told.isRepeat ? " (free)" : ""}`;
  return `question ${number} of account ${account} (${how.join(", ")}), request ${requestId}: ${outcome} ${status ?? ""} ${code ?? ""}${cost}`;
}

/** The answers that are not those of the API without accounts. An item of several may fail alone; one that is asked for alone must be there. */
function differs({ question, answers }: Observation, reference: Campaign["reference"]): boolean {
  const isAlone = question.kind === "single" || question.kind === "stream";
  return (
    answers.length !== question.items.length ||
    question.items.some((item, place) => {
      const [answer, wanted] = [answers[place], reference.get(itemName(item))];
      return wanted === undefined || (answer === undefined ? isAlone : answer !== wanted);
    })
  );
}

/** Faults of the server: a kill causes others. */
const FAULTS: ReadonlySet<string> = new Set(["internal", "misconfigured"]);

/** Judges what was answered, without the accounts. */
export function judgeAnswers({ observations, again, reference }: Campaign): readonly Finding[] {
  const all = [...observations, ...again];
  const answered = all.filter(({ outcome }) => outcome === "answered");
  return [
    finding("answers unlike those without accounts", answered.filter((each) => differs(each, reference)).map(describe)),
    finding("answers that say no price", answered.filter(({ told }) => told === undefined).map(describe)),
    finding("faults of the server", all.filter(({ code }) => FAULTS.has(code ?? "")).map(describe)),
  ];
}
