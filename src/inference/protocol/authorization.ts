/** Visible ASCII, with blanks inside only: what every proxy passes on unchanged (RFC 9110, section 5.5). */
const fieldValue = /^[!-~]+(?:[ \t]+[!-~]+)*$/u;

/** Whether a text can be the value of an Authorization header, the same at both ends. */
export function isAuthorizationValue(text: string): boolean {
  return fieldValue.test(text);
}
