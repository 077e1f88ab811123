import * as fc from "fast-check";
import { tasks } from "../../../src/florence/tasks.ts";
import { anyHeaders, type Header } from "./any-headers.ts";
import { anyImageValue } from "./any-image-value.ts";
import { changedMembers, jsonBytes, membersOf, objectText } from "./any-json.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { seldom, weighted } from "./labelled.ts";

const VERSION = "2026-07-28";
const [versionKey, capabilitiesKey] = [
  "io.modelcontextprotocol/protocolVersion",
  "io.modelcontextprotocol/clientCapabilities",
];

const numbers = fc.array(fc.constantFrom(0, 1, 10, 640, -1, 1e9, 0.5), { minLength: 3, maxLength: 5 });
const region = weighted<readonly number[]>([4, fc.constant([1, 1, 90, 60])], [1, numbers]);
const anyText = fc.constantFrom("a cat", "", " ", "<loc_1>", "\u0000", "a".repeat(9000));
const texts = fc.array(anyText, { maxLength: 5 });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 });

/** The arguments of each tool but the image, from right to wrong. */
const toolArguments: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  describe_image: { detail: maybe(fc.constantFrom("brief", "sentences", "paragraph", "long", 7)) },
  read_text: { with_places: maybe(fc.constantFrom(true, false, "yes")), region: maybe(region) },
  find_objects: {
    names: maybe(texts),
    phrases_of: maybe(anyText),
    how: maybe(fc.constantFrom("objects", "described", "unnamed", "")),
    max_objects: maybe(fc.constantFrom(1, 50, 200, 201, 0)),
    min_score: maybe(fc.constantFrom(0, 0.5, 1, 2)),
  },
  outline_object: { text: maybe(anyText), region: maybe(region) },
  describe_region: { region: maybe(region), detail: maybe(fc.constantFrom("name", "description", null)) },
  look_at_image: {
    tasks: fc.array(
      fc.record({
        task: fc.constantFrom(...Object.keys(tasks), "vqa"),
        text: maybe(anyText),
        labels: maybe(texts),
        region: maybe(region),
      }),
      { maxLength: 9 },
    ),
  },
  prepare_image_upload: {},
  no_such_tool: {},
};

function toolCall(origin: string): fc.Arbitrary<{ readonly method: string; readonly params: object }> {
  return fc
    .tuple(fc.constantFrom(...Object.entries(toolArguments)), anyImageValue(origin), fc.integer({ min: 0, max: 5 }))
    .chain(([[name, more], { value }, kind]) =>
      fc.record(more).map((given) => {
        const image = kind === 0 ? { download_url: value, file_id: "1" } : value;
        const hasImage = name !== "prepare_image_upload" || kind === 0;
        const progress = kind === 1 ? { _meta: { progressToken: 1 } } : {};
        return {
          method: "tools/call",
          params: { name, arguments: { ...(hasImage && { image }), ...given }, ...progress },
        };
      }),
    );
}

const others = fc.constantFrom(
  {
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "a", version: "1" } },
  },
  { method: "initialize", params: {} },
  { method: "notifications/initialized" },
  { method: "notifications/cancelled", params: { requestId: 1 } },
  { method: "ping" },
  { method: "tools/list" },
  { method: "tools/list", params: { cursor: "a" } },
  { method: "server/discover" },
  { method: "resources/list" },
  { method: "logging/setLevel", params: { level: "debug" } },
  { method: "nothing" },
  { result: {} },
  { error: { code: 1, message: "a" } },
  {},
);

const ids = fc.constantFrom<unknown>(1, "a", null, undefined, 1.5, {}, [1], -1, "a".repeat(5000));

/** Headers of both eras, right, missing or contradictory. */
function headersFor(method: string, name: unknown): fc.Arbitrary<readonly Header[]> {
  const modern: readonly Header[] = [
    ["mcp-protocol-version", VERSION],
    ["mcp-method", method],
    ...(typeof name === "string" ? [["mcp-name", name] as const] : []),
  ];
  return weighted<readonly Header[]>(
    [6, fc.constant(modern)],
    [3, fc.constant([["mcp-protocol-version", "2025-11-25"]])],
    [2, fc.constant([])],
    [1, fc.constant([["mcp-protocol-version", "1999-01-01"]])],
    [1, fc.constant([...modern.slice(0, 1), ["mcp-method", "ping"], ["mcp-session-id", "a"]])],
  );
}

const accept = weighted<readonly Header[]>(
  [8, fc.constant([["accept", "application/json, text/event-stream"]])],
  [1, fc.constant([["accept", "application/json"]])],
  [1, fc.constant([])],
);
const type = weighted<readonly Header[]>(
  [12, fc.constant([["content-type", "application/json"]])],
  [
    1,
    fc.constantFrom<readonly Header[]>(
      [],
      [["content-type", "text/plain"]],
      [["content-type", "application/json; charset=x"]],
    ),
  ],
);
const transfers = weighted<FuzzRequest["transfer"]>(
  [40, fc.constant("length")],
  [6, fc.constant("chunked")],
  [1, fc.constant("cut")],
);

/** Messages to `/mcp`, from valid ones of both eras to hostile ones. `origin` is that of `startImageServer`. */
export function anyMcpRequest(origin: string): fc.Arbitrary<FuzzRequest> {
  const message = weighted<object>([6, toolCall(origin)], [3, others]);
  return fc
    .tuple(message, ids, fc.boolean(), seldom(8, fc.constant(1), fc.constantFrom(0, 2, 20)))
    .chain(([sent, id, isModern, copies]) => {
      const { method, params }: { method?: string; params?: object } = sent;
      const meta = { [versionKey]: VERSION, [capabilitiesKey]: {} };
      const { _meta: own, ...rest }: { _meta?: object } = params ?? {};
      const whole = isModern ? { ...rest, _meta: { ...meta, ...own } } : params;
      const members = membersOf({ jsonrpc: "2.0", id, ...sent, ...(whole && { params: whole }) });
      const body = changedMembers(members.filter(([, json]) => json !== "null" || id === null)).chain(
        ({ what, value }) => {
          const text = objectText(value);
          const all = copies === 1 ? text : `[${Array.from({ length: copies }, () => text).join(",")}]`;
          return jsonBytes({ what: `${method ?? "no method"}: ${what}`, value: all });
        },
      );
      const name: unknown = Object(params).name;
      return fc
        .tuple(body, headersFor(method ?? "", isModern ? name : undefined), accept, type, anyHeaders, transfers)
        .map(([{ what, value: bytes }, era, accepted, contentType, odd, transfer]): FuzzRequest => ({
          what,
          method: "POST",
          target: "/mcp",
          headers: [...odd, ...era, ...accepted, ...contentType],
          body: bytes,
          transfer,
          isValid: false,
          stalls: false,
        }));
    });
}
