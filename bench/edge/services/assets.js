// Stands in for the ASSETS binding: the files of the folder that workerd serves as DISK.
export default {
  fetch: (request, env) => env.DISK.fetch(`http://disk${new URL(request.url).pathname}`),
};
