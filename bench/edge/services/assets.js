// Stands in for the ASSETS binding: serves the files of the folder that workerd exposes as DISK.
export default {
  fetch: (request, env) => env.DISK.fetch(`http://disk${new URL(request.url).pathname}`),
};
