// Runs an action in an unpacked archive as Zapier's servers do, and prints its result as JSON. Arguments: the folder, the event as JSON.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, event] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(join(folder, "zapierwrapper.js")).href);
const { results } = await handler(JSON.parse(event));
process.stdout.write(`\n${JSON.stringify(results)}\n`, () => process.exit());
