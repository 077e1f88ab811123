// A Cache API in which nothing stays.
export default {
  fetch: (request) =>
    new Response(null, { status: request.method === "PUT" ? 204 : 504, headers: { "cf-cache-status": "MISS" } }),
};
