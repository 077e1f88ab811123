import { readFileSync } from "node:fs";
import { request, Agent } from "node:http";
import { bundle } from "./bundle.ts";
import { configured } from "../bench/edge/servers.ts";
import { serveWithWorkerd } from "../bench/edge/workerd.ts";
import { startSoupBackend } from "../test/support/fuzz/soup-backend.ts";
const rss = (p: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${p}/status`, "utf8"))?.[1]) / 1024 | 0;
const [kind = "hello", total = "30000"] = process.argv.slice(2);
const backend = await startSoupBackend();
const { variables, ...c } = configured();
const w = await serveWithWorkerd({ ...c, modules: await bundle(kind.startsWith("hello") ? "bench/edge-hello-worker.ts" : "functions/api.ts"), assets: "/tmp/wt/fuzz/dist/assets", variables: { ...variables, PLACEMENT: "remote", BACKEND_URL: backend.url.href }, coalesces: false, cache: kind.includes("cache") ? "cache.js" : "no-cache.js" });
const agent = new Agent({ keepAlive: true });
let n = 0;
const { pngOf, ihdr, pngChunk, deflate } = await import("../test/support/image-bytes.ts");
const idat = pngChunk("IDAT", await deflate(new Uint8Array(9 * 8 * 8)));
const image = () => { n += 1; return pngOf(ihdr(8, 8, 8, 0), pngChunk("tEXt", new TextEncoder().encode(`a\0${n}`)), idat); };
const call = (path: string, method: string, headers: Record<string, string>, body?: Uint8Array) => new Promise<void>((resolve) => { const r = request({ host: w.url.hostname, port: w.url.port, path, method, agent, headers }, (m) => { m.resume(); m.on("end", resolve); }); r.end(body); });
const kinds: Record<string, () => Promise<void>> = {
  hello: () => call("/", "GET", {}),
  health: () => call("/healthz", "GET", {}),
  bad: () => call("/v1/caption?beams=9", "POST", { "content-type": "image/png" }, image()),
  nostore: () => call("/v1/caption", "POST", { "content-type": "image/png", "cache-control": "no-store" }, image()),
  store: () => call("/v1/caption", "POST", { "content-type": "image/png" }, image()),
  storecache: () => call("/v1/caption", "POST", { "content-type": "image/png" }, image()),
};
const one = kinds[kind]!; const rounds = 10; const each = Number(total) / rounds; const out = [rss(w.process.pid!)];
for (let round = 0; round < rounds; round++) { for (let i = 0; i < each / 8; i++) await Promise.all(Array.from({ length: 8 }, one)); out.push(rss(w.process.pid!)); }
console.log(kind, total, out.join(" "));
if (process.env["INSPECT"]) { const socket = new WebSocket("ws://127.0.0.1:9339/main"); await new Promise((r) => socket.addEventListener("open", r)); socket.addEventListener("message", (e) => console.log(String(e.data))); socket.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" })); await new Promise((r) => setTimeout(r, 1000)); socket.close(); }
console.log(readFileSync(`/proc/${w.process.pid}/smaps_rollup`, "utf8").split("\n").slice(0,12).join(" "));
const maps = readFileSync(`/proc/${w.process.pid}/smaps`, "utf8").split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/).map((m) => ({ head: m.split("\n")[0]!, rss: Number(/Rss:\s+(\d+)/.exec(m)?.[1]) })).sort((a, b) => b.rss - a.rss); const groups = new Map<string, number>(); for (const { head, rss } of maps) { const k = head.slice(0, 8) + " " + head.split(/\s+/).slice(1, 2) + " " + (head.split(/\s+/)[5] ?? "anon").slice(-20); groups.set(k, (groups.get(k) ?? 0) + rss); } console.log([...groups].sort((a, b) => b[1] - a[1]).slice(0, 12));
await w.stop(); await backend.stop(); process.exit(0);
