// Stands in for the Cache API, as workerd speaks to it: a PUT's body is the whole response, head and all; a GET that finds nothing is a MISS under 504.
const bodies = new Map();

export default {
  async fetch(request) {
    if (request.method === "PUT") {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const head = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n");
      bodies.set(request.url, bytes.slice(head + 4));
      return new Response(null, { status: 204 });
    }
    const body = bodies.get(request.url);
    return body === undefined
      ? new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } })
      : new Response(body, { headers: { "cf-cache-status": "HIT" } });
  },
};
