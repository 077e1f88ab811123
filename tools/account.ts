import { createAdminClient } from "./accounts/admin-client.ts";
import type { AccountFlags } from "./accounts/flags.ts";
import { localAdminKey } from "./accounts/local-state.ts";
import { ACCOUNT_USAGE, accountOptions } from "./accounts/usage-text.ts";
import { verbOf } from "./accounts/verb-of.ts";
import { portFrom } from "./port.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])$/u;

/** The address of another API. The admin key is only sent where nobody can read it on the way. Throws `UsageError`. */
function originFrom(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.test(url.hostname));
  if (url !== undefined && isSafe) return url.origin;
  throw new UsageError(
    `--url is ${JSON.stringify(text)}; it must be https://… of an API, or an address of this machine.`,
  );
}

/** Whom to ask, with which admin key. That of this machine is never sent to another. Throws `UsageError`. */
async function target({ url, port }: AccountFlags) {
  const given = process.env["ADMIN_KEY"] || undefined;
  if (url === undefined) {
    const adminKey = given ?? (await localAdminKey());
    if (adminKey !== undefined) return { origin: `http://127.0.0.1:${portFrom(port)}`, adminKey };
    throw new UsageError("There are no accounts on this machine yet: ACCOUNTS=on npm start makes the first one.");
  }
  if (given !== undefined) return { origin: originFrom(url), adminKey: given };
  throw new UsageError("With --url, the admin key is read from the environment: ADMIN_KEY=… npm run account -- …");
}

await runCommand(async () => {
  const { values: flags, positionals } = readArguments(ACCOUNT_USAGE, accountOptions);
  if (positionals.length === 0) throw new UsageError(ACCOUNT_USAGE);
  const { verb, words } = verbOf(positionals, flags);
  const { origin, adminKey } = await target(flags);
  const { json, text } = await verb.run({ client: createAdminClient(origin, adminKey), flags, words });
  console.log(flags.json ? JSON.stringify(json, null, 2) : text);
});
