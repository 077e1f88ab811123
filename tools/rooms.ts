import { modelRooms } from "./model-rooms.ts";
import { outerRooms } from "./outer-rooms.ts";
import { protocolRooms } from "./protocol-rooms.ts";
import type { Room, RoomRow } from "./room.ts";

/** From the bottom up: a room imports only rooms above it in this table, so that there is no circle of rooms. */
const table = {
  bytes: { imports: [], why: "bytes/ is pure and needs nothing." },
  scheduling: {
    imports: [],
    why: "scheduling/ decides whose turn it is: pure, and it does not know what a turn is used for.",
  },
  florence: { imports: [], why: "florence/ is the model's language: pure, so that it can be lifted out." },
  contract: {
    imports: [],
    packages: ["zod", "@asteasolutions/zod-to-openapi"],
    why: "contract/ is what the API promises, as data; it does not know how anything is done.",
  },
  accounts: {
    imports: ["bytes", "contract"],
    why: "accounts/ is keys, limits and the ledger's rules: pure, and it does not know where they are stored.",
  },
  "accounts/ledger": {
    imports: ["accounts", "contract/micro-usd.ts"],
    why: "accounts/ledger/ decides what happens to money; it is pure.",
  },
  webhooks: {
    imports: ["bytes", "accounts/base62.ts", "contract"],
    packages: ["zod"],
    why: "webhooks/ is who is told the end of a job, how it is signed, and when again; it sends nothing itself.",
  },
  payments: {
    imports: ["accounts", "accounts/ledger/deliveries.ts", "contract", "webhooks/signature.ts"],
    why: "payments/ is the ports through which money comes in, and what operators are told of it.",
  },
  "payments/stripe": {
    imports: ["bytes", "accounts", "accounts/ledger/deliveries.ts", "contract", "payments"],
    packages: ["zod"],
    why: "payments/stripe/ is payment pages, signed events and bills at Stripe; where nobody sells, nothing of it runs.",
  },
  "inference/protocol": {
    // bytes/ needs nothing itself, so that both can be lifted out together; a second bounded reader of streams would have the same mistakes to make.
    imports: ["bytes"],
    why: "inference/protocol/ is a client of the Open Inference Protocol by itself: with bytes/, it can be lifted out, and runs in workerd, browsers and Node.",
  },
  inference: {
    imports: ["inference/protocol"],
    why: "inference/ is the Backend port and the names on the wire; it does not know who implements or calls it.",
  },
  cache: {
    imports: ["bytes", "contract/problems.ts", "contract/service.ts"],
    why: "cache/ does not know what it keeps.",
  },
  image: {
    imports: ["bytes", "contract/problems.ts"],
    packages: ["zod", "pako", "ipaddr.js"],
    why: "image/ reads headers and fetches files; it decodes no pixel and knows no model.",
  },
  uploads: {
    imports: ["contract"],
    why: "uploads/ is files that are sent before they are asked about: handles, signatures, time; it does not know where they are stored.",
  },
  jobs: {
    imports: ["bytes", "accounts/base62.ts", "contract"],
    why: "jobs/ is requests that are answered later: their states, leases and repeats; it knows neither HTTP nor where they are stored.",
  },
  batches: {
    imports: ["bytes", "accounts/base62.ts", "jobs", "contract"],
    why: "batches/ is files of requests, their lines, and what becomes of each; it knows neither HTTP nor where they are stored.",
  },
  ...protocolRooms,
  "http/multipart": {
    imports: [],
    why: "http/multipart/ parses multipart bodies: pure, and it knows no form.",
  },
  charging: {
    imports: ["bytes", "accounts", "cache/byte-lru.ts", "contract"],
    why: "charging/ is the money of one request: hold, work, settle, send; it knows neither HTTP nor what is bought.",
  },
  "payments/x402": {
    imports: ["bytes", "accounts", "charging", "contract", "payments"],
    packages: ["zod"],
    why: "payments/x402/ is payments that callers sign: it is asked through charging/direct-payment.ts and payments/signed-till.ts, and is loaded with accounts.",
  },
  http: {
    // An image is known by its first bytes, whatever content type it is sent with; a body that was read before, by all of them.
    imports: [
      "bytes",
      "cache/byte-lru.ts",
      "scheduling",
      "contract",
      "accounts",
      "charging",
      "payments",
      "image/sniff.ts",
      "http/multipart",
    ],
    packages: ["zod", "hono", "pako"],
    why: "http/ knows the contract, and no model: it asks through contract/service.ts.",
  },
  overlay: { imports: ["contract"], why: "overlay/ draws answers; it knows only the contract's types." },
  ...modelRooms,
  serving: {
    imports: [
      "bytes",
      "engine",
      "runtime",
      "weights/shards.ts",
      "pixels",
      "image",
      "inference",
      "inference/protocol",
      "http/admission.ts",
      "http/body.ts",
      "http/content-coding.ts",
      "http/event-stream.ts",
      "contract/problems.ts",
      "contract/problem-table.ts",
      "contract/work-units.ts",
      "scheduling",
    ],
    packages: ["zod", "hono"],
    nodePackages: ["node:*", "@hono/node-server", "prom-client"],
    why: "serving/ puts an engine behind the Open Inference Protocol; it knows neither the public API nor the model's language.",
  },
  generations: {
    imports: ["bytes", "cache", "inference/backend.ts", "contract"],
    packages: ["zod"],
    why: "generations/ is what the model wrote, from the cache or anew; it does not know how it is shown.",
  },
  intake: {
    imports: ["bytes", "cache", "image", "inference/backend.ts", "contract"],
    packages: ["zod"],
    why: "intake/ gets an image, by address or bytes; it does not know what is asked about it.",
  },
  forms: {
    imports: [
      "overlay",
      "florence",
      "image/metadata.ts",
      "inference/backend.ts",
      "inference/protocol/base64.ts",
      "contract",
    ],
    packages: ["zod"],
    why: "forms/ renders an answer in the form that was asked for; it is pure and asks nobody anything.",
  },
  raster: {
    imports: [
      "bytes/crc32.ts",
      "pixels",
      "runtime/tensors.ts",
      "forms/png-drawing.ts",
      "inference/backend.ts",
      "contract/problems.ts",
    ],
    packages: ["@resvg/resvg-wasm", "dejavu-fonts-ttf", "fflate"],
    why: "raster/ draws a PNG of shapes and an image; it does not know what the shapes mean.",
  },
  answering: {
    imports: [
      "generations",
      "intake",
      "image/limit-fetches.ts",
      "forms",
      "florence",
      "inference/backend.ts",
      "contract",
    ],
    why: "answering/ is the flow; it knows neither HTTP nor where the model runs.",
  },
  ...outerRooms,
} as const satisfies Readonly<Record<string, RoomRow>>;

const none = { packages: [], nodePackages: [] };

/** Every room of `src/`, from the bottom up. Lint's import rules and CONTRIBUTING's table are made from this. */
export const rooms: readonly Room[] = Object.entries<RoomRow>(table).map(([name, row]) => ({ name, ...none, ...row }));
