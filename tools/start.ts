import { type AccountsNote, firstAccount } from "./accounts/first-account.ts";
import { openLocalState } from "./accounts/local-state.ts";
import { domainOf, REAL_MODEL_HINT, startLocalApi } from "./local-api.ts";
import { prepareModel } from "./local-model.ts";
import { MODEL_USAGE, modelOptions } from "./model-options.ts";
import { isLoopback, portFrom, requireFreePort } from "./port.ts";
import { type Lifetime, readArguments, runCommand, UsageError } from "./run-command.ts";
import type { Server } from "./serve.ts";

const USAGE = `Usage: npm start -- [--port 8787] [--host 127.0.0.1] [--model florence-2-base] [--dtype fp16] [--yes]

Starts the API and its playground on this machine, until Ctrl+C.

  --port       the port (or PORT); 0 takes a free one
  --host       the address to listen at; 0.0.0.0 to be reached from other machines
  ACCOUNTS=on  before the command: answers need a key and cost credits. The first start prints a key with play money
${MODEL_USAGE}`;

function parseCommandLine() {
  const { values, positionals } = readArguments(USAGE, {
    port: { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
    ...modelOptions,
  });
  const [unexpected] = positionals;
  if (unexpected !== undefined) throw new UsageError(`${unexpected} is no option.\n\n${USAGE}`);
  return { ...values, port: portFrom(values.port) };
}

/** Miniflare obeys headers of its own, whoever sends them (docs/decisions/2026-11-30-small-doors.md). */
const PROXY_HINT = "Put a proxy before it that removes MF-* headers and sets CF-Connecting-IP.";

/** What to know about this server: what its model is for, and who can reach it. */
async function notesOn(server: Server, host: string): Promise<string> {
  const domain = await domainOf(server);
  const notes = [
    ...(domain === undefined ? [] : [`${domain}\n${REAL_MODEL_HINT}`]),
    ...(isLoopback(host)
      ? []
      : [`It listens at ${host}: everybody who can reach this machine can use it. ${PROXY_HINT}`]),
  ];
  return notes.map((note) => `${note}\n\n`).join("");
}

/** Whether accounts are on, as the environment says. Throws `UsageError`. */
function hasAccounts(): boolean {
  const { ACCOUNTS: value = "off" } = process.env;
  if (value === "on" || value === "off" || value === "") return value === "on";
  throw new UsageError(`ACCOUNTS is ${JSON.stringify(value)}; it must be on or off.`);
}

/** Opens the accounts on this machine, if they are on. They are closed when the command stops. */
async function openAccounts(lifetime: Lifetime) {
  const state = hasAccounts() ? await openLocalState() : undefined;
  if (state === undefined) return undefined;
  lifetime.add(() => state.close());
  return { state, variables: { ACCOUNTS: "on", ADMIN_KEY: state.adminKey }, storage: state.storage };
}

const noAccounts: AccountsNote = { header: "", text: "" };

await runCommand(async (lifetime) => {
  const { host, port, provider, ...choice } = parseCommandLine();
  await requireFreePort(port, host);
  const model = await prepareModel({ ...choice, provider });
  const accounts = await openAccounts(lifetime);
  const { variables, storage } = accounts ?? {};
  const server = await startLocalApi({ host, port, model, provider, variables, storage }, lifetime);
  const { origin } = server.url;
  const { header, text } = accounts === undefined ? noAccounts : await firstAccount(accounts.state, server);
  console.log(`
florence-edge answers at ${origin}${model ? ` with ${model.id} (${model.dtype})` : ""}. Open it in a browser, or, in another terminal:

  curl -s ${header}-H 'content-type: image/jpeg' --data-binary @test/pictures/street.jpg ${origin}/v1/object-detection

${text && `${text}\n\n`}${await notesOn(server, host)}The tasks: ${origin}/v1/tasks    The contract: ${origin}/openapi.json    Stop: Ctrl+C
`);
});
