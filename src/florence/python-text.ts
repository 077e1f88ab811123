/** White space according to Python's `str.isspace` and `\s`, which differs from JavaScript's. Each character is one code unit. */
const spaces: ReadonlySet<string> = new Set(
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
);

/** Python's `str.lstrip()`. A loop, since `/\s+$/` and similar patterns take quadratic time on runs of spaces inside a text. */
export function stripStart(text: string): string {
  let start = 0;
  while (spaces.has(text.charAt(start))) start += 1;
  return text.slice(start);
}

/** Python's `str.strip()`. */
export function strip(text: string): string {
  let end = text.length;
  while (spaces.has(text.charAt(end - 1))) end -= 1;
  return stripStart(text.slice(0, end));
}

/** Python's `text.encode("ascii", "ignore")`. */
export function withoutNonAscii(text: string): string {
  return text.replace(/[^\0-\x7F]+/g, "");
}

/** Python's `len`: counts code points, where JavaScript counts code units. */
export function codePoints(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}
