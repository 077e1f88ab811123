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
  BACKEND_AUTHORIZATION: undefined,
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
  BACKEND_AUTHORIZATION: badSecrets,
};

/** Bad values of every variable, each with the variable's name. */
export const badVariables: readonly (readonly [string, unknown])[] = Object.entries(values).flatMap(([name, all]) =>
  all.map((value) => [name, value] as const),
);
