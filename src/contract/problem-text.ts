import type { ProblemDetails } from "./problem-details.ts";

/** A sentence of its own, whatever it ends with. */
function sentence(text: string): string {
  return /[.!?…]$/u.test(text) ? text : `${text}.`;
}

/** All that people must know of a problem, for protocols whose programs show nothing but a message: what is wrong, what happened, and what to do. */
export function problemText({ title, detail, fix }: Pick<ProblemDetails, "title" | "detail" | "fix">): string {
  return [title, detail, fix].map(sentence).join(" ");
}
