import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createPublicClient, createWalletClient, type Hex, http, isHex, parseAbi, publicActions } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { anvil as chain } from "viem/chains";

const BINARY = join(import.meta.dirname, "../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");

/** The first of the accounts that anvil always has, with play money for gas. */
export const GAS_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

const abi = parseAbi([
  "function mint(address to, uint256 value)",
  "function balanceOf(address) view returns (uint256)",
]);

const START_MS = 20_000;
const POLL_MS = 50;

/** Returns a port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

async function whenUp(url: string, child: ChildProcess): Promise<void> {
  const client = createPublicClient({ chain, transport: http(url, { retryCount: 0 }) });
  for (const endMs = Date.now() + START_MS; Date.now() < endMs; await sleep(POLL_MS)) {
    if (child.exitCode !== null) throw new Error(`anvil ended with ${child.exitCode}.`);
    const isUp = await client.getChainId().then(
      () => true,
      () => false,
    );
    if (isUp) return;
  }
  throw new Error("anvil did not start.");
}

/** A chain of this machine, with a token of dollars. */
export interface Chain {
  readonly url: string;
  readonly network: "eip155:31337";
  readonly token: Hex;
  /** A new account with dollars, in units of the token. */
  payer(units: bigint): Promise<ReturnType<typeof privateKeyToAccount>>;
  balanceOf(address: Hex): Promise<bigint>;
  stop(): Promise<void>;
}

/** Starts anvil on a free port, and deploys the token. */
export async function startChain(): Promise<Chain> {
  const port = await freePort();
  const child = spawn(BINARY, ["--host", "127.0.0.1", "--port", String(port), "--silent"], { stdio: "ignore" });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  const url = `http://127.0.0.1:${port}`;
  await whenUp(url, child);
  const account = privateKeyToAccount(GAS_KEY);
  const client = createWalletClient({ account, chain, transport: http(url), pollingInterval: POLL_MS }).extend(
    publicActions,
  );
  const { bytecode }: { bytecode: string } = JSON.parse(
    await readFile(join(import.meta.dirname, "test-dollar.json"), "utf8"),
  );
  if (!isHex(bytecode)) throw new Error("The bytecode is not in hexadecimal digits.");
  const deployed = await client.waitForTransactionReceipt({ hash: await client.deployContract({ abi, bytecode }) });
  const token = deployed.contractAddress;
  if (!token) throw new Error("The token has no address.");
  return {
    url,
    network: "eip155:31337",
    token,
    payer: async (units) => {
      const payer = privateKeyToAccount(generatePrivateKey());
      const hash = await client.writeContract({
        address: token,
        abi,
        functionName: "mint",
        args: [payer.address, units],
      });
      await client.waitForTransactionReceipt({ hash });
      return payer;
    },
    balanceOf: (address) => client.readContract({ address: token, abi, functionName: "balanceOf", args: [address] }),
    stop: async () => {
      process.off("exit", end);
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
