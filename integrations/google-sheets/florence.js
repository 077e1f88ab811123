/**
 * =FLORENCE() for Google Sheets: asks a florence-edge API about pictures at https addresses.
 *
 * Paste this file into Extensions > Apps Script. Then set two script properties, in Project Settings:
 *   FLORENCE_URL  the address of your API, such as https://florence.example.com
 *   FLORENCE_KEY  the key of your account, if your API needs one
 */

/** Google ends a custom function after 30 seconds, and a group of questions takes some: no group starts after this time. */
const FLORENCE_START_MS = 18000;

/** Questions that are asked at once: an API takes turns between its callers, so that more would only wait there. */
const FLORENCE_GROUP = 6;

/** How often a question is asked that the API is too busy for. */
const FLORENCE_ATTEMPTS = 3;

/** The longest time that Apps Script keeps an answer, in seconds. */
const FLORENCE_CACHE_SECONDS = 21600;

/** Characters that Apps Script's cache keeps under one name: 100 kB, at up to three bytes for each. */
const FLORENCE_CACHE_CHARACTERS = 33000;

/** Characters that a cell holds. */
const FLORENCE_CELL_CHARACTERS = 50000;

/** Options that would turn the answer into something that no cell can show. */
const FLORENCE_REFUSED = new Set(["format", "compat", "overlay", "overlay_image", "stream"]);

/**
 * Asks about a picture, or about each picture of a range: what is in it, what is written on it, which objects it shows.
 *
 * @param {string | string[][]} url The picture's https address, or a range of addresses.
 * @param {string} [task] "caption" (the default), "ocr", "object-detection" or another task of the API.
 * @param {string} [option] Options of the task, and what to show: "labels=cat,dog", "max_objects=3&show=labels,scores".
 * @return The text, or the labels of what was found; "Error: …" and what to do, if that is not possible.
 * @customfunction
 */
// oxlint-disable-next-line no-unused-vars -- Sheets calls it
function FLORENCE(url, task, option) {
  const rows = Array.isArray(url) ? url : [[url]];
  try {
    const question = florenceQuestion_(task, option);
    if (question.show.length > 1 && rows.some((row) => row.length > 1)) {
      throw new Error("Several fields need a range of one column.");
    }
    const answers = florenceAnswers_(question, rows.flat());
    // Rows of one length, also where there is one error or nothing.
    const width = Math.max(1, question.show.length);
    const cellsOf = (each) =>
      [...(answers.get(florenceAddress_(each)) || []), ...Array(width).fill("")].slice(0, width);
    const cells = rows.map((row) => row.flatMap(cellsOf));
    return Array.isArray(url) || question.show.length > 1 ? cells : cells[0][0];
  } catch (error) {
    return `Error: ${error.message}`;
  }
}

/** The text of a cell that should hold an address. */
function florenceAddress_(cell) {
  return String(cell === null || cell === undefined ? "" : cell).trim();
}

/** What is asked of each picture: where, how, and which fields of the answer are shown. Throws an error for the cell. */
function florenceQuestion_(task, option) {
  const properties = PropertiesService.getScriptProperties();
  const base = florenceAddress_(properties.getProperty("FLORENCE_URL")).replace(/\/+$/, "");
  if (base === "") {
    throw new Error(
      "No API is set. Open Extensions > Apps Script > Project Settings and add the script property FLORENCE_URL.",
    );
  }
  const pairs = florencePairs_(option);
  const refused = pairs.find(([name]) => FLORENCE_REFUSED.has(name));
  if (refused) throw new Error(`The option ${refused[0]} has no use in a sheet. Remove it.`);
  const sent = [["format", "flat"], ...pairs.filter(([name]) => name !== "show")];
  const query = sent.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  const path = encodeURIComponent(florenceAddress_(task).toLowerCase().replace(/[ _]+/g, "-") || "caption");
  const show = pairs.filter(([name]) => name === "show").flatMap(([, value]) => value.split(","));
  return {
    address: `${base}/v1/${path}?${query}`,
    key: florenceAddress_(properties.getProperty("FLORENCE_KEY")),
    show: show.map((name) => name.trim()).filter((name) => name !== ""),
  };
}

/** "max_objects=3&show=labels" as pairs. Throws an error for the cell. */
function florencePairs_(option) {
  const parts = florenceAddress_(option).split(/[&\n]/);
  return parts
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [name, ...value] = part.split("=");
      if (value.length === 0) throw new Error(`Write the option ${part.trim()} as name=value.`);
      return [name.trim(), value.join("=").trim()];
    });
}

/** The cells of each address, by the address: from the cache, or from the API. Each address is asked about once. */
function florenceAnswers_(question, cells) {
  const startMs = Date.now();
  const addresses = [...new Set(cells.map(florenceAddress_))].filter((address) => address !== "");
  const answers = florenceKept_(question, addresses);
  const unknown = addresses.filter((address) => !answers.has(address));
  let waiting = unknown.map((address) => florenceRequest_(question, address));
  while (waiting.length > 0 && Date.now() - startMs < FLORENCE_START_MS) {
    const group = waiting.slice(0, FLORENCE_GROUP);
    const replies = florenceReplies_(group, question);
    for (const { picture, cells: shown } of replies) answers.set(picture, shown);
    const again = replies.filter(
      ({ waitSeconds, attempt }) => waitSeconds !== undefined && attempt < FLORENCE_ATTEMPTS,
    );
    const waitMs = Math.max(0, ...again.map(({ waitSeconds }) => waitSeconds * 1000));
    const hasTime = Date.now() - startMs + waitMs < FLORENCE_START_MS;
    if (again.length > 0 && hasTime) Utilities.sleep(waitMs);
    const repeats = again.map(({ picture, request, attempt }) => ({ picture, request, attempt: attempt + 1 }));
    waiting = [...(hasTime ? repeats : []), ...waiting.slice(FLORENCE_GROUP)];
  }
  for (const { picture, attempt } of waiting) if (attempt === 1) answers.set(picture, [FLORENCE_LATER]);
  return answers;
}

/** What a cell shows whose turn did not come. Another option makes Sheets calculate again, and an "&" at its end means nothing. */
const FLORENCE_LATER =
  'Error: Not asked yet, since Google allows 30 seconds. Write "&" at the end of the option (the third argument): it continues with the rest.';

/** A request for UrlFetchApp. Its attempts share one id, so that none is charged twice. */
function florenceRequest_({ address, key }, picture) {
  const headers = key === "" ? {} : { authorization: `Bearer ${key}`, "idempotency-key": Utilities.getUuid() };
  const request = {
    url: address,
    method: /** @type {const} */ ("post"),
    contentType: "application/json",
    payload: JSON.stringify({ image: picture }),
    headers,
    muteHttpExceptions: true,
    followRedirects: false,
  };
  return { picture, request, attempt: 1 };
}

/** What the cells of a group show: its requests, with that. Answers are kept. */
function florenceReplies_(group, question) {
  try {
    const replies = UrlFetchApp.fetchAll(group.map(({ request }) => request));
    return group.map((each, index) => ({ ...each, ...florenceReply_(replies[index], question, each.picture) }));
  } catch (error) {
    const text = `Error: The API cannot be reached. Check the script property FLORENCE_URL, and that the API is on the internet. (${error.message})`;
    return group.map((each) => ({ ...each, cells: [text], waitSeconds: undefined }));
  }
}

/** What the cells of a reply show. `waitSeconds`: how long to wait before it is asked again, if that may help. */
function florenceReply_(reply, question, picture) {
  const status = reply.getResponseCode();
  const body = florenceParsed_(reply.getContentText());
  if (status === 200 && body.type === "flat") {
    const cells = florenceShown_(body, question.show);
    florenceKeep_(florenceCacheKey_(question, picture), cells);
    return { cells, waitSeconds: undefined };
  }
  if (typeof body.code !== "string") {
    const text = `Error: The answer is not one of florence-edge (status ${status}). Check the script property FLORENCE_URL.`;
    return { cells: [text], waitSeconds: undefined };
  }
  const issues = (body.issues || []).map(({ path, message }) => `${path}: ${message}`);
  const text = [`Error: ${body.title} (${body.code}, ${status}).`, body.fix, ...issues].join(" ");
  const headers = new Map(Object.entries(reply.getHeaders()).map(([name, value]) => [name.toLowerCase(), value]));
  return { cells: [text], waitSeconds: body.retryable ? Number(headers.get("retry-after") || 1) : undefined };
}

/** A body as JSON; an empty object if it is none. */
function florenceParsed_(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The fields of the answer that are shown: by default the text, or the labels of the objects. */
function florenceShown_(answer, show) {
  const names = show.length > 0 ? show : [answer.answer_type === "text" ? "text" : "labels"];
  return names.map((name) => {
    if (!Object.keys(answer).includes(name)) {
      return `Error: The answer has no field ${name}. It has: ${Object.keys(answer).join(", ")}.`;
    }
    const { length } = String(answer[name]);
    if (length <= FLORENCE_CELL_CHARACTERS) return answer[name];
    return `Error: ${name} has ${length} characters, and a cell holds ${FLORENCE_CELL_CHARACTERS}. Show other fields, or set max_objects.`;
  });
}

/** The name of an answer in the cache: at most 250 characters, and not readable, since addresses may be secrets. */
function florenceCacheKey_({ address, show }, picture) {
  const text = JSON.stringify([address, show, picture]);
  const digest = Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, text, Utilities.Charset.UTF_8);
  return Utilities.base64EncodeWebSafe(digest);
}

/** The cells of addresses whose answers are kept, by the address. */
function florenceKept_(question, addresses) {
  if (addresses.length === 0) return new Map();
  const keys = addresses.map((address) => florenceCacheKey_(question, address));
  const kept = CacheService.getScriptCache().getAll(keys);
  const found = addresses.map((address, index) => [address, kept[keys[index]]]).filter(([, text]) => text);
  return new Map(found.map(([address, text]) => [address, JSON.parse(text)]));
}

/** Keeps an answer, unless it is too long for the cache: it is then asked for again, and the API has it in its own. */
function florenceKeep_(key, cells) {
  const text = JSON.stringify(cells);
  if (text.length > FLORENCE_CACHE_CHARACTERS) return;
  CacheService.getScriptCache().put(key, text, FLORENCE_CACHE_SECONDS);
}
