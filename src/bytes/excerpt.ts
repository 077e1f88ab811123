/** Maximum number of characters of what a caller sent in a message about it: enough to recognise it, and no reflection of megabytes. */
export const MAX_ECHO_CHARACTERS = 300;

/** Returns a text of at most `MAX_ECHO_CHARACTERS` UTF-16 code units: itself, or its start and an ellipsis. Never cuts a surrogate pair in half. */
export function excerpt(text: string): string {
  if (text.length <= MAX_ECHO_CHARACTERS) return text;
  const start = text.slice(0, MAX_ECHO_CHARACTERS - 1);
  // A lone surrogate at the end is the first half of a pair.
  return `${start.replace(/[\uD800-\uDBFF]$/, "")}…`;
}
