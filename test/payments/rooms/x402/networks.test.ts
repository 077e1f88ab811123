import { expect, it } from "vitest";
import { isAddress, isEvmNetwork, isTestNetwork, knownToken } from "../../../../src/payments/x402/networks.ts";

it("knows the dollars of two chains, and which of them are play money", () => {
  expect(["eip155:8453", "eip155:84532", "eip155:1"].map((network) => knownToken(network)?.name)).toEqual([
    "USD Coin",
    "USDC",
    undefined,
  ]);
  expect(["eip155:8453", "eip155:84532", "eip155:31337"].map(isTestNetwork)).toEqual([false, true, true]);
});

it("tells chains and addresses by their spelling", () => {
  expect(["eip155:1", "eip155:0", "eip155:", "solana:1", "eip155:1 "].map(isEvmNetwork)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  expect([`0x${"aF".repeat(20)}`, `0x${"aF".repeat(19)}`, "aF".repeat(20)].map(isAddress)).toEqual([
    true,
    false,
    false,
  ]);
});
