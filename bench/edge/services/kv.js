// Stands in for Workers KV in workerd's protocol: GET and PUT of /key, in this isolate's memory. It keeps the newest entries only, so that the
// memory of a process that serves many requests is not its own.
const MAX_ENTRIES = 1000;
const values = new Map();

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") {
      values.set(pathname, await request.arrayBuffer());
      if (values.size > MAX_ENTRIES) values.delete(values.keys().next().value);
      return new Response(null);
    }
    const value = values.get(pathname);
    return value === undefined ? new Response(null, { status: 404 }) : new Response(value);
  },
};
