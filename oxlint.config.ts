import type { OxlintConfig, OxlintOverride } from "oxlint";
import type { Room } from "./tools/room.ts";
import { rooms } from "./tools/rooms.ts";

/** `../` from a file of the room to `src/`. */
function toSource({ name }: Room): string {
  return name
    .split("/")
    .map(() => "../")
    .join("");
}

/**
 * One list in the manner of `.gitignore`, where the last pattern that matches counts: no package but those that are allowed, and nothing outside
 * the room but what the table allows. A file is only allowed where its folder is.
 */
function patternFor(room: Room, packages: readonly string[]): string[] {
  const source = toSource(room);
  const paths = room.imports.flatMap((path) => {
    const folder = `!${source}${path.replace(/\/[^/]*\.ts$/u, "")}`;
    return [folder, path.endsWith(".ts") ? `!${source}${path}` : `${folder}/*`];
  });
  return ["*", "!./**", ...packages.flatMap((name) => [`!${name}`, `!${name}/**`]), "../**", ...paths];
}

function overrideFor(room: Room, files: string, packages: readonly string[]): OxlintOverride {
  const pattern = {
    group: patternFor(room, packages),
    message: `${room.why} tools/rooms.ts says what it may import.`,
  };
  return { files: [files], rules: { "no-restricted-imports": ["error", { patterns: [pattern] }] } };
}

/** The rooms, those inside of others last. */
const nestedLast = rooms.toSorted((one, other) => toSource(one).length - toSource(other).length);

/**
 * What each room may import. A later override replaces an earlier one: those of rooms inside of others come after their outer rooms, and those of
 * `*-node.ts` last.
 */
const roomOverrides: readonly OxlintOverride[] = [
  ...nestedLast.map((room) => overrideFor(room, `src/${room.name}/**`, room.packages)),
  ...nestedLast.map((room) =>
    overrideFor(room, `src/${room.name}/**/*-node.ts`, [...room.packages, ...room.nodePackages]),
  ),
];

const config: OxlintConfig = {
  plugins: ["typescript", "import", "unicorn", "oxc", "promise", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  env: { builtin: true },
  // What imports packages of another lock file has no types before it is installed there.
  ignorePatterns: ["dist", "model-shards", "training", "worker-configuration.d.ts", "test/payments/x402"],
  rules: {
    curly: ["error", "multi-line"],
    eqeqeq: "error",
    "no-console": "error",
    "no-param-reassign": "error",
    "no-shadow": "error",
    "no-var": "error",
    "prefer-const": "error",
    "max-lines": ["error", { max: 200, skipBlankLines: true }],
    "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "import/no-default-export": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": "error",
    "typescript/ban-ts-comment": "error",
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    "unicorn/no-array-sort": "off",
    "no-await-in-loop": "off",
    "oxc/no-map-spread": "off",
    "no-underscore-dangle": "off",
    "vitest/no-disabled-tests": "error",
    "vitest/no-focused-tests": "error",
    "vitest/require-mock-type-parameters": "off",
  },
  overrides: [
    {
      files: [
        "functions/*.ts",
        "bench/*-worker.ts",
        "bench/edge/services/*.js",
        "*.config.ts",
        "integrations/zapier/src/index.ts",
      ],
      rules: { "import/no-default-export": "off" },
    },
    { files: ["functions/**", "tools/**", "bench/**"], rules: { "no-console": "off" } },
    { files: ["test/**"], rules: { "max-lines-per-function": "off" } },
    { files: ["src/client/contract.ts"], rules: { "max-lines": "off" } },
    // n8n finds its modules by their names, and calls the node's functions with `this`.
    {
      files: ["integrations/n8n-nodes-florence-edge/**"],
      rules: { "unicorn/filename-case": "off", "oxc/no-this-in-exported-function": "off" },
    },
    {
      files: ["integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/generated.ts"],
      rules: { "max-lines": "off" },
    },
    {
      files: ["integrations/n8n-nodes-florence-edge/eslint.config.mjs"],
      rules: { "import/no-default-export": "off" },
    },
    ...roomOverrides,
  ],
};

export default config;
