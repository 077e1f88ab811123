import { html } from "hono/html";
import { isAccountProblem } from "../../src/contract/account-problems.ts";
import { exampleProblems } from "../../src/contract/problem-responses.ts";

/** Turns names in backticks into `<code>` elements. */
function withCode(text: string) {
  return text.split("`").map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`));
}

function section([code, { summary, value }]: [string, ReturnType<typeof exampleProblems>[string]]) {
  const { status, retryable, fix } = value;
  const where = isAccountProblem(code) ? "; only where the operator has turned accounts on" : "";
  const facts = `${status}, ${retryable ? "worth sending again" : "will fail again"}${where}`;
  return html` <section id="${code}">
    <h2>
      <a href="#${code}"><code>${code}</code></a>
    </h2>
    <p>${summary}. ${withCode(fix)}</p>
    <p class="facts">${facts}</p>
    <pre>${JSON.stringify(value, undefined, 2)}</pre>
  </section>`;
}

/** The page belongs to the product, whatever the variables of a deployment: it is built before they are known. */
const examples = Object.entries(exampleProblems({ hasAccounts: true, hasPayments: true, hasDialects: true }));
const ofAccounts = examples.filter(([code]) => isAccountProblem(code));

/** Returns the API's page of errors, with an anchor for each code that problems link to. */
export async function errorsHtml(): Promise<string> {
  const page = await html`<!doctype html>
    <!-- Generated from src/contract/problem-table.ts by \`npm run docs\`. -->
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>florence-edge: errors</title>
        <link rel="icon" href="/favicon.svg" />
        <link rel="stylesheet" href="../document.css" />
      </head>
      <body>
        <nav aria-label="Pages">
          <a href="/">Playground</a>
          <a href="/docs">API</a>
          <a href="/errors" aria-current="page">Errors</a>
          <a href="/openapi.json">openapi.json</a>
          <a href="/llms.txt">llms.txt</a>
        </nav>
        <main class="article">
          <h1>Errors</h1>
          <p>
            Every error is <code>application/problem+json</code> (RFC 9457). <code>code</code> is stable and made for
            programs, <code>fix</code> says what to do, <code>issues</code> names the invalid fields, and
            <code>request_id</code> identifies the request in the log. There are ${examples.length - ofAccounts.length}
            codes, and ${ofAccounts.length} more where the operator has turned accounts on: a service whose
            <code>/v1/pricing</code> does not answer has none of those.
          </p>
          ${examples.map(section)}
        </main>
      </body>
    </html> `;
  return String(page);
}
