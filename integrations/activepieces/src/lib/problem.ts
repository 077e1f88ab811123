/** What went wrong with a request, as the API says it (RFC 9457), or as well as can be told if something else has answered. */
export interface Problem {
  /** What happened and what to do, with the code and the status. */
  readonly message: string;
  readonly isRetryable: boolean;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Reads a failed response. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined);
  const members = new Map(Object.entries(typeof body === "object" && body !== null ? body : {}));
  const [title, detail, fix, code] = ["title", "detail", "fix", "code"].map((name) => textOf(members.get(name)));
  if (!title || !fix) {
    const message = `The API answered with status ${response.status} and no explanation. Check the base URL of the connection.`;
    return { message, isRetryable: false };
  }
  const sentences = [`${title}.`, detail, fix].filter((sentence) => sentence !== "").join(" ");
  return {
    message: `${sentences} (${code}, status ${response.status})`,
    isRetryable: members.get("retryable") === true,
  };
}
