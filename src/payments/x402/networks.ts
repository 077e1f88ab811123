/** A chain and its token of dollars with EIP-3009: what a payer signs names all of it. */
export interface Token {
  /** The contract's address. */
  readonly asset: string;
  /** Name and version of the token's EIP-712 domain. */
  readonly name: string;
  readonly version: string;
}

/** USDC by the chain's CAIP-2 name, from Circle's list of contract addresses. It has six decimals, so that one unit is a micro-US-dollar. */
const usdc: ReadonlyMap<string, Token> = new Map([
  ["eip155:8453", { asset: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", name: "USD Coin", version: "2" }],
  ["eip155:84532", { asset: "0x036CbD53842c5426634e7929541eC2318f3dCF7e", name: "USDC", version: "2" }],
]);

/** Returns the token of a chain that needs no further variables; undefined for a chain that is not known here. */
export function knownToken(network: string): Token | undefined {
  return usdc.get(network);
}

/** Chains whose money is play money: Base Sepolia, and the local ones of anvil and Hardhat. */
const testNetworks: ReadonlySet<string> = new Set(["eip155:84532", "eip155:31337"]);

/** Whether the money of a chain is play money. */
export function isTestNetwork(network: string): boolean {
  return testNetworks.has(network);
}

/** Whether a text is the CAIP-2 name of an EVM chain. */
export function isEvmNetwork(text: string): boolean {
  return /^eip155:[1-9]\d{0,15}$/u.test(text);
}

/** Whether a text is an address of an EVM chain. Its checksum (EIP-55) is not compared. */
export function isAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/u.test(text);
}
