/** Compiles the token of the tests into `test-dollar.json`: `node support/compile-token.ts`. The bytecode is committed, since the compiler needs seconds and 90 MB. */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const solc = require("solc");
const here = import.meta.dirname;
const NAME = "TestDollar.sol";

const input = {
  language: "Solidity",
  sources: { [NAME]: { content: await readFile(join(here, NAME), "utf8") } },
  settings: {
    // What OpenZeppelin 5.7 itself is tested with.
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "prague",
    outputSelection: { "*": { TestDollar: ["evm.bytecode.object"] } },
    metadata: { bytecodeHash: "none" },
  },
};
const contents = new Map<string, string>();
const find = (path: string) => ({
  contents: contents.get(path) ?? require("node:fs").readFileSync(require.resolve(path), "utf8"),
});
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
const errors = (output.errors ?? []).filter(({ severity }: { severity: string }) => severity === "error");
if (errors.length > 0)
  throw new Error(errors.map(({ formattedMessage }: { formattedMessage: string }) => formattedMessage).join("\n"));
const bytecode = `0x${output.contracts[NAME].TestDollar.evm.bytecode.object}`;
await writeFile(
  join(here, "test-dollar.json"),
  `${JSON.stringify({ compiler: solc.version(), bytecode }, undefined, 2)}\n`,
);
console.log(`${(bytecode.length - 2) / 2} bytes`);
