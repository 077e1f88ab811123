// Stands in for the Cache API in workerd's protocol: the body of a PUT is the whole response including its head; a GET without a match gets
// 504 with `cf-cache-status: MISS`. It keeps the newest entries only, like kv.js.
const MAX_ENTRIES = 1000;
const bodies = new Map();

export default {
  async fetch(request) {
    if (request.method === "PUT") {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const head = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n");
      bodies.set(request.url, bytes.slice(head + 4));
      if (bodies.size > MAX_ENTRIES) bodies.delete(bodies.keys().next().value);
      return new Response(null, { status: 204 });
    }
    const body = bodies.get(request.url);
    return body === undefined
      ? new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } })
      : new Response(body, { headers: { "cf-cache-status": "HIT" } });
  },
};
