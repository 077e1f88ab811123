/**
 * Answers `?concurrency=16&seconds=2`: calls something for so long from inside of one request, so many times at once, without HTTP in between. `call` gets the number of
 * the call, from 0 on. Clocks of Workers stand still between I/O, of which each call is some.
 */
export async function drive(request: Request, call: (number: number) => Promise<unknown>): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const concurrency = Number(searchParams.get("concurrency"));
  const durationMs = Number(searchParams.get("seconds")) * 1000;
  const startedMs = Date.now();
  let calls = 0;
  const work = async (): Promise<void> => {
    while (Date.now() - startedMs < durationMs) {
      calls += 1;
      await call(calls);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return Response.json({ calls, milliseconds: Date.now() - startedMs });
}
