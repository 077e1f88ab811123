import type {
  Dialect,
  DialectBody,
  DialectMount,
  DialectRequest,
  DialectRoute,
  SeveralTranslation,
  TaskTranslation,
} from "../contract/dialect.ts";
import { type Admitted, answerRoute, type AnswerRouteOptions, sendingOf } from "./admitted.ts";
import type { AnswerBody } from "./answer-body.ts";
import { answerResponse } from "./answer-response.ts";
import { answerTask } from "./answer-task.ts";
import { type BodyOptions, readBody } from "./body.ts";
import { checkedUnits } from "./check-work.ts";
import { isJsonObject, withoutNulls } from "../contract/json-object.ts";
import { notAnObject, parseJson } from "./json.ts";
import { JSON_ONLY } from "./json-request.ts";
import { hintFor, JSON_MEDIA_TYPE, mediaTypeOf, unsupportedMediaType } from "./media-type.ts";
import { dialectResponder } from "./problem-response.ts";
import type { Route } from "./route.ts";
import { optionsOf, unknownTask } from "./task-item.ts";
import { withImageField } from "./task-request.ts";

/** A request to a route of a dialect, whose code is loaded. */
interface Received {
  readonly dialect: Dialect;
  readonly admitted: Admitted;
  readonly options: AnswerRouteOptions;
}

/** The routes of the dialects of others. Each request passes through the same flow as one of ours: the key, admission, the limits, the cache, the charge. */
export function dialectRoutes(mounts: readonly DialectMount[], options: AnswerRouteOptions): readonly Route[] {
  return mounts.flatMap((mount) =>
    mount.routes.map((route) => (route.method === "GET" ? readRoute(mount, route) : postRoute(mount, route, options))),
  );
}

function readRoute({ load }: DialectMount, { path, name }: DialectRoute): Route {
  return {
    method: "GET",
    path,
    handle: async (request, { requestId }) => {
      const { read, headers } = await load();
      return Response.json(read(name, new URL(request.url)), { headers: headers(requestId) });
    },
  };
}

function postRoute({ load }: DialectMount, route: DialectRoute, options: AnswerRouteOptions): Route {
  const { logError } = options;
  return answerRoute(route.path, options, {
    respond: dialectResponder(load, { path: route.path, logError }),
    handle: async (admitted) => {
      const dialect = await load();
      const received = { dialect, admitted, options };
      const translation = dialect.translate(route.name, await readDialectRequest(route, admitted));
      return translation.kind === "task" ? answerOne(translation, received) : answerSeveral(translation, received);
    },
  });
}

async function readDialectRequest(
  { takesBytes }: DialectRoute,
  { request, body }: { readonly request: Request; readonly body: BodyOptions },
): Promise<DialectRequest> {
  const { headers } = request;
  const bytes = await readBody(request, body);
  const url = new URL(request.url);
  if (JSON_MEDIA_TYPE.test(mediaTypeOf(request))) {
    const sent = parseJson(bytes);
    const given = withoutNulls(sent);
    if (!isJsonObject(sent) || !isJsonObject(given)) throw notAnObject();
    return { url, headers, body: { kind: "json", given, sent } };
  }
  if (takesBytes) return { url, headers, body: { kind: "bytes", bytes } };
  throw unsupportedMediaType(headers.get("content-type") ?? "", hintFor(bytes) || JSON_ONLY);
}

function answerOne({ task, given, reply, stream }: TaskTranslation, { dialect, admitted, options }: Received) {
  const row = options.tasks.find(({ name }) => name === task);
  if (row === undefined) throw unknownTask(task);
  const { paid, trace } = admitted;
  paid?.checkTask(task);
  const { requestId } = trace;
  return answerTask(withImageField(row, given), admitted, options, {
    body: (form) => bodyOf(reply(form, requestId), dialect.headers(requestId)),
    stream: () => stream(requestId),
  });
}

async function answerSeveral({ request, reply }: SeveralTranslation, { dialect, admitted, options }: Received) {
  const { call, place, paid, trace } = admitted;
  for (const { task } of request.items) paid?.checkTask(task);
  place.begin(checkedUnits(optionsOf(request.items), 1));
  await paid?.ask(request, call.cache);
  const analyzed = await options.service.analyze(request, call);
  paid?.checkResults(analyzed.results);
  const body = bodyOf(reply(analyzed), dialect.headers(trace.requestId));
  return answerResponse(body, { ...analyzed, ...sendingOf(admitted) });
}

function bodyOf({ json, says, withCharge }: DialectBody, headers: Readonly<Record<string, string>>): AnswerBody {
  const text = JSON.stringify(json);
  return {
    fingerprint: JSON.stringify(says),
    headers: { ...headers, "content-type": "application/json" },
    open: async () => text,
    ...(withCharge && { withCharge: (amount) => JSON.stringify(withCharge(amount)) }),
  };
}
