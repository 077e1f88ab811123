import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAccountProblem } from "../src/contract/account-problems.ts";
import { problems } from "../src/contract/problem-table.ts";
import { taskPath } from "../src/contract/paths.ts";
import { tasks } from "../src/florence/tasks.ts";
import { documents } from "../src/site/documents.ts";
import { actionsDocument } from "./docs/actions-document.ts";
import { connectorDocument } from "./docs/connector-document.ts";
import { costTable, earningTable, priceTable } from "./docs/cost-tables.ts";
import { errorsHtml } from "./docs/errors-html.ts";
import { llmsText } from "./docs/llms-text.ts";
import { tableOf } from "./docs/table.ts";
import { clientTypes } from "./client-types.ts";
import { noCodeModules } from "./no-code/modules.ts";
import { pythonModules } from "./python-client.ts";
import { rooms } from "./rooms.ts";
import { root } from "./serve.ts";

/** The problems that only deployments with accounts have, or the others. */
function problemTable(ofAccounts: boolean): string {
  const those = Object.entries(problems).filter(([code]) => isAccountProblem(code) === ofAccounts);
  const rows = those.map(([code, { status, title, retryable, fix }]) => {
    return [`\`${code}\``, String(status), title, retryable ? "yes" : "no", fix];
  });
  return tableOf(["code", "status", "what happened", "retry?", "what to do"], rows);
}

function problemsPage(): string {
  const text =
    "Generated from `src/contract/problem-table.ts` by `npm run docs`. Every error is `application/problem+json` (RFC 9457). An API shows them with examples at `/errors`.";
  const accounts =
    "Only where the operator has turned accounts on (`ACCOUNTS=on`); elsewhere the OpenAPI document has none of these:";
  return `# Problems\n\n${text}\n\n${problemTable(false)}\n\n## With accounts\n\n${accounts}\n\n${problemTable(true)}\n`;
}

function taskTable(): string {
  const rows = Object.entries(tasks).map(([name, { summary, input, answers }]) => {
    return [
      `\`${taskPath(name)}\``,
      summary,
      input === "none" ? "" : `\`${input}\``,
      answers.map((type) => `\`${type}\``).join(", "),
    ];
  });
  return tableOf(["path", "what it answers", "needs", "answer"], rows);
}

function roomTable(): string {
  const cells = rooms.map(({ name, imports }) => [`\`${name}/\``, imports.map((path) => `\`${path}\``).join(", ")]);
  return tableOf(["room", "may import"], cells);
}

function replaced(text: string, name: string, table: string): string {
  return text.replace(new RegExp(`(?<=<!-- ${name} -->\n)[^]*(?=<!-- /${name} -->)`, "u"), () => `${table}\n`);
}

/** A page of the root with its table replaced: what stands between `<!-- name -->` and `<!-- /name -->`. */
async function withTable(page: string, name: string, table: string): Promise<string> {
  return replaced(await readFile(join(root, page), "utf8"), name, table);
}

async function costPage(): Promise<string> {
  const costs = await withTable("docs/explanation/cost.md", "cost", await costTable());
  return replaced(replaced(costs, "prices", priceTable()), "earning", await earningTable());
}

/** The documents for GPT Actions and Power Automate, each without accounts and with them. */
function documentFiles(): readonly (readonly [string, string])[] {
  const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
  const makers = {
    "/openapi.actions.json": actionsDocument,
    "/swagger.power-automate.json": connectorDocument,
  } as const;
  return Object.entries(makers).flatMap(([path, make]) => {
    const { free, paid } = documents[path === "/openapi.actions.json" ? path : "/swagger.power-automate.json"];
    const fileOf = (name: string, hasAccounts: boolean) =>
      [join(root, "src/site/public", name), `${JSON.stringify(make(rows, { hasAccounts }))}\n`] as const;
    return [fileOf(free, false), fileOf(paid, true)];
  });
}

/** Returns the generated pages by their paths. */
export async function pages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    [join(root, "docs/problems.md"), problemsPage()],
    [join(root, "README.md"), await withTable("README.md", "tasks", taskTable())],
    [join(root, "CONTRIBUTING.md"), await withTable("CONTRIBUTING.md", "rooms", roomTable())],
    [join(root, "docs/explanation/cost.md"), await costPage()],
    [join(root, "src/client/contract.ts"), clientTypes()],
    ...[...pythonModules(), ...noCodeModules()].map(([path, text]) => [join(root, path), text] as const),
    [join(root, "src/site/errors/index.html"), await errorsHtml()],
    [join(root, "src/site/public/llms.txt"), llmsText()],
    ...documentFiles(),
  ]);
}

/** Writes the generated pages. */
export async function writePages(): Promise<void> {
  for (const [path, text] of await pages()) await writeFile(path, text);
}

if (import.meta.main) await writePages();
