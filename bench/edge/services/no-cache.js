// Stands in for the Cache API and stores nothing.
export default {
  fetch: (request) =>
    new Response(null, { status: request.method === "PUT" ? 204 : 504, headers: { "cf-cache-status": "MISS" } }),
};
