/** A fenced code block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** A shell block of a page, and the JSON block after it that shows its output. */
export interface Example {
  readonly command: string;
  readonly printed: string | undefined;
}

/** The origin of the API in the pages' commands. */
export const SHOWN_ORIGIN = "http://127.0.0.1:8787";

const fences = /```(?<language>\w+)\n(?<text>[^]*?)```/gu;

/** Returns the fenced blocks of a Markdown page in their order. */
export function blocksIn(markdown: string): readonly Block[] {
  return [...markdown.matchAll(fences)].map(({ groups }) => {
    return { language: groups?.["language"] ?? "", text: groups?.["text"] ?? "" };
  });
}

/** Replaces the texts of fenced blocks; `texts` is keyed by the index among all blocks. */
export function withTexts(markdown: string, texts: ReadonlyMap<number, string>): string {
  let at = 0;
  return markdown.replace(fences, (fence, language: string, text: string) => {
    return `\`\`\`${language}\n${texts.get(at++) ?? text}\`\`\``;
  });
}

/** Returns the shell blocks of a Markdown page in their order. */
export function examplesIn(markdown: string): readonly Example[] {
  const blocks = blocksIn(markdown);
  return blocks.flatMap(({ language, text }, index) => {
    const next = blocks[index + 1];
    return language === "sh" ? [{ command: text, printed: next?.language === "json" ? next.text : undefined }] : [];
  });
}
