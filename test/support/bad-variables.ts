/** Variables with which the Worker starts, with a remote backend that does not exist. */
export const goodVariables: Readonly<Record<string, unknown>> = {
  MAX_IMAGE_PIXELS: "2000000",
  MAX_CACHED_TOKENS: "1792",
  OVERLAY_PNG: "auto",
  PLACEMENT: "remote",
  MODEL: "mini",
  BACKEND_URL: "http://127.0.0.1:9",
  BACKEND_TIMEOUT_MS: "30000",
  CACHE_TTL_SECONDS: "2592000",
  CACHE_MEMORY_BYTES: "4194304",
  CACHE_SALT: "",
  ALLOW_HTTP_IMAGES: "false",
  IMAGE_DNS_URL: "",
  ACCOUNTS: "on",
  REVOCATION_SECONDS: "10",
  CACHE_SHARING: "account",
  MCP_HOSTS: "",
  ADMIN_KEY: "an-admin-key-of-thirty-two-chars",
  STRIPE_SECRET_KEY: "rk_live_abc",
  STRIPE_WEBHOOK_SECRET: "whsec_one, whsec_two",
  STRIPE_API_URL: "https://api.stripe.com",
  STRIPE_METER: "usage",
  STRIPE_TAX: "off",
  STRIPE_RETURN_URL: "",
  EVENTS_URL: "https://operator.example/events?a=b",
  EVENTS_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  BACKEND_AUTHORIZATION: undefined,
  X402_FACILITATOR_URL: "https://facilitator.example",
  X402_PAY_TO: "0xabcdefABCDEF0123456789abcdefABCDEF012345",
};

const badCounts: readonly unknown[] = [
  "",
  " ",
  "0",
  "-1",
  "1.5",
  "1e400",
  "NaN",
  "ten",
  "9007199254740993",
  true,
  null,
  ["5"],
];
const badSwitches: readonly unknown[] = ["", "TRUE", "yes", true, 1];

/** URLs that no backend and no resolver can have. The first two ended the Worker at its start (D23 of the first attack). */
const badUrls: readonly unknown[] = [
  "http://u:hunter2@127.0.0.1:9010",
  "http://127.0.0.1:9010/?key=hunter2",
  "http://:hunter2@127.0.0.1:9010",
  "http://127.0.0.1:9010/#hunter2",
  "http://127.0.0.1:9010/?",
  "http://127.0.0.1:9010/#",
  "http://127.0.0.1:99999",
  "http://[::1",
  "http://",
  "//example.com",
  "example.com:8000",
  "ftp://example.com",
  "grpc://example.com",
  " ",
  8000,
];

const badResolvers: readonly unknown[] = [
  "https://u:hunter2@dns.example/query",
  "https://:hunter2@dns.example/query",
  "http://dns.example/query",
  "https://[::1",
  "dns.example",
  " ",
];

const badSecrets: readonly unknown[] = ["Bearer hunter2\nX: y", "Bearer hunter2\0", "Bearer hunter2é", "🔑 hunter2", 5];

const badAddresses: readonly unknown[] = ["0x", `0x${"a".repeat(39)}`, `0x${"g".repeat(40)}`, "a".repeat(40), 5, null];

const values: Readonly<Record<string, readonly unknown[]>> = {
  MAX_IMAGE_PIXELS: badCounts,
  MAX_CACHED_TOKENS: badCounts,
  OVERLAY_PNG: ["", "maybe", true],
  PLACEMENT: ["", "remote ", "edge", "__proto__", "toString"],
  MODEL: ["", 5],
  BACKEND_URL: [...badUrls, ""],
  BACKEND_TIMEOUT_MS: [...badCounts, "86400001"],
  CACHE_TTL_SECONDS: [...badCounts, "59", "2147483648"],
  CACHE_MEMORY_BYTES: badCounts.filter((value) => value !== "0"),
  CACHE_SALT: [5, null],
  ALLOW_HTTP_IMAGES: badSwitches,
  IMAGE_DNS_URL: badResolvers,
  ACCOUNTS: badSwitches,
  REVOCATION_SECONDS: ["", "-1", "1.5", "3601", "ten", null, true],
  CACHE_SHARING: ["", "all", true],
  MCP_HOSTS: ["http://localhost", "localhost:8787", "a b", "a,b/c", "*", 7, null, ["a"]],
  ADMIN_KEY: ["hunter2", "", "an-admin-key-of-hunter2-in-two\nlines", 5],
  STRIPE_SECRET_KEY: ["hunter2", "pk_live_hunter2", "sk_live_", "sk_live_hunter2 2", "whsec_hunter2", 5],
  STRIPE_WEBHOOK_SECRET: ["hunter2", "", "whsec_", "whsec_one,hunter2", "whsec_one,", 5],
  STRIPE_API_URL: [...badUrls, "https://api.stripe.com/"],
  STRIPE_METER: ["", "two words", "a".repeat(101), 5],
  STRIPE_TAX: ["", "on", true],
  STRIPE_RETURN_URL: ["example.com", "javascript:alert(1)", " ", 5],
  EVENTS_URL: ["https://u:hunter2@operator.example", "operator.example", "ftp://operator.example", " ", 5],
  EVENTS_SECRET: ["hunter2", "", "whsec_hunter2", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", 5],
  BACKEND_AUTHORIZATION: badSecrets,
  X402_FACILITATOR_URL: badUrls,
  X402_FACILITATOR_AUTHORIZATION: badSecrets,
  X402_PAY_TO: badAddresses,
  X402_NETWORK: ["", "base", "eip155:0", "eip155:8453 ", "solana:mainnet", 8453],
  X402_ASSET: badAddresses,
  X402_ASSET_NAME: [5, null],
  X402_ASSET_VERSION: [2, null],
  X402_RPC_URL: ["base.org", "ftp://base.org", "wss://base.org", " ", 5],
};

/** Bad values of every variable, each with the variable's name. */
export const badVariables: readonly (readonly [string, unknown])[] = Object.entries(values).flatMap(([name, all]) =>
  all.map((value) => [name, value] as const),
);
