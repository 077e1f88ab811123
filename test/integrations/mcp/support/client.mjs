// Calls a tool with the protocol's own client: `node client.mjs MODE URL CALLS`, where MODE is legacy, auto or 2026-07-28 and CALLS is a JSON list of tools' names and
// arguments. Prints the version that was agreed on, the results, the progress of each, and how many bytes were sent to the server and received from it.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [mode = "", url = "", calls = "[]", key] = process.argv.slice(2);
const bytes = { sent: 0, received: 0 };

async function counted(input, init) {
  bytes.sent += init?.body === undefined ? 0 : Buffer.byteLength(String(init.body));
  const response = await fetch(input, init);
  if (response.body === null) return response;
  const counter = new TransformStream({
    transform: (chunk, controller) => {
      bytes.received += chunk.byteLength;
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), response);
}

const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
const negotiation = { mode: mode === "legacy" || mode === "auto" ? mode : { pin: mode } };
const client = new Client({ name: "test", version: "1" }, { versionNegotiation: negotiation });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch: counted, requestInit: { headers } }));
const results = [];
for (const { name, arguments: given } of JSON.parse(calls)) {
  const progress = [];
  const result = await client.callTool(
    { name, arguments: given },
    { onprogress: (each) => progress.push(each.message) },
  );
  results.push({ result, progress });
}
const { tools } = await client.listTools();
process.stdout.write(JSON.stringify({ version: client.getNegotiatedProtocolVersion(), results, tools, bytes }));
await client.close();
