import { sampleImage } from "./sample-images.ts";

/** A picture that the requests of these tests are about. */
export const street = sampleImage("street.jpg");

const base64 = btoa(String.fromCharCode(...street));

/** The picture as a member of a JSON body: each is another text for the same bytes. */
const spellings = [
  base64,
  `data:image/jpeg;base64,${base64}`,
  base64.replace(/=+$/u, ""),
  `data:image/jpeg;base64,${base64.replace(/=+$/u, "")}`,
];

/** A request for a caption of the picture, which costs 300 micro-US-dollars, with a key and other headers. */
export function captionRequest(
  key: string,
  headers: Readonly<Record<string, string>> = {},
  query = "",
): [string, RequestInit] {
  return [
    `/v1/caption${query}`,
    {
      method: "POST",
      body: street,
      headers: { "content-type": "image/jpeg", authorization: `Bearer ${key}`, ...headers },
    },
  ];
}

/** A batch with the picture, which each item sends in another way, or in its own. */
export function spelledBatch(
  key: string,
  items: readonly object[],
  headers: Readonly<Record<string, string>> = {},
): [string, RequestInit] {
  const spelled = items.map((item, index) => ({ image: spellings[index], ...item }));
  const body = JSON.stringify({ items: spelled });
  const own = { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers };
  return ["/v1/batch", { method: "POST", headers: own, body }];
}

/** A question about the picture that no other number asks: it costs 600. */
export function groundingRequest(key: string, number: number): [string, RequestInit] {
  const [, init] = captionRequest(key);
  return [`/v1/caption-to-phrase-grounding?text=thing+${number}`, init];
}

/** What a response says about money. */
export function moneyOf({ status, headers }: Response) {
  const charge = headers.get("charge") ?? "";
  const amount = /^\d+/u.exec(charge)?.[0];
  const balance = headers.get("balance");
  return {
    status,
    charge: amount === undefined ? undefined : Number(amount),
    isRepeat: charge === "" ? undefined : charge.includes(";repeat") && !charge.includes(";repeat=?0"),
    balance: balance === null ? undefined : Number(balance),
  };
}
