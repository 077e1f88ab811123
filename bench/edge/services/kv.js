// Stands in for Workers KV in workerd's protocol: GET and PUT of /key, in this isolate's memory.
const values = new Map();

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") {
      values.set(pathname, await request.arrayBuffer());
      return new Response(null);
    }
    const value = values.get(pathname);
    return value === undefined ? new Response(null, { status: 404 }) : new Response(value);
  },
};
