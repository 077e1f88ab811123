// A receiver of Standard Webhooks in Node, with the library of the standard.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.SECRET);
const seen = new Set();

const faultOf = (body, headers) => {
  try {
    webhook.verify(body, headers);
    return "";
  } catch (error) {
    return error.message;
  }
};

createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  const id = request.headers["webhook-id"];
  const fault = faultOf(body, request.headers);
  // The first attempt of each event fails, whatever its signature.
  const status = seen.has(id) ? (fault === "" ? 204 : 401) : 500;
  seen.add(id);
  console.log(JSON.stringify({ id, fault, status }));
  response.writeHead(status).end();
}).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
