/** How this deployment asks others: the platform's functions, called as such, since workerd's `fetch` works only as a function of the global scope. */
export const outside = {
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  timeout: (milliseconds: number) => AbortSignal.timeout(milliseconds),
};
