import { join, resolve } from "node:path";
import { here } from "./here.ts";
import { withProgress } from "./progress.ts";
import { DTYPES_HELP, parseDtypes } from "./pull/dtypes.ts";
import { openHub, terminalLog } from "./pull/open-hub.ts";
import { pullModel } from "./pull/pull-model.ts";
import { findSource, readSources, type Source } from "./pull/sources.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";
import { summarize } from "./sharding/write-model.ts";

const shards = join(import.meta.dirname, "../model-shards");

const usage = `Usage: npm run pull -- <model> [--dtype fp32] [--id name] [--output model-shards]
                   [--hub https://huggingface.co] [--sources model-shards/sources.json]

Downloads a model that sources.json names, verifies it, cuts it into parts and enters it into the manifest. What an
interrupted run has downloaded is kept, and the next run goes on from there.

  <model>           florence-2-base, florence-2-base-ft, florence-2-large, florence-2-large-ft
  --dtype           ${DTYPES_HELP}
  --id              what the model is called here; its name in sources.json when left out
  --output          the folder of the parts and the manifest; twice the model's size must be free
  --hub             another hub or a mirror, over https (http only on this machine)
  --sources         another list of models

Environment: HF_ENDPOINT as --hub, which wins; HF_TOKEN for repositories that ask for one, sent to the hub only;
NODE_USE_ENV_PROXY=1 with HTTPS_PROXY for a proxy.

Exit status: 0 done, 1 the hub, the network or the disk failed, 2 a wrong command line.`;

function parseCommandLine() {
  const { values, positionals } = readArguments(usage, {
    dtype: { type: "string", default: "fp32" },
    id: { type: "string" },
    output: { type: "string", default: shards },
    hub: { type: "string" },
    sources: { type: "string", default: join(shards, "sources.json") },
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw new UsageError(usage);
  const [output, sources] = [resolve(here, values.output), resolve(here, values.sources)];
  return { ...values, output, sources, id: values.id ?? name, name, dtypes: parseDtypes(values.dtype) };
}

/** A hint on how to pin the commit, so that the same files are downloaded again. */
function pinHint({ revision }: Source, commit: string | undefined): string {
  if (commit === undefined || commit === revision) return "";
  return `\nThese files are commit ${commit}. To get the same again, write it into sources.json: "revision": "${commit}"`;
}

const whileSharding = <Result>(work: Promise<Result>) => withProgress("Cutting into parts…", work);

async function pull(): Promise<void> {
  const commandLine = parseCommandLine();
  const sources = await readSources(commandLine.sources);
  const source = findSource(sources, commandLine.name);
  const hub = openHub(commandLine.hub, sources.hub);
  const { model, commit } = await pullModel({ ...commandLine, hub, source, log: terminalLog, whileSharding });
  console.log(`${summarize(model)}${pinHint(source, commit)}`);
}

await runCommand(pull);
