/** How long a condition may take to come true before the test fails. */
const patienceMs = 20_000;

/**
 * Asks `probe` again and again until it answers something other than `undefined` or `false`, and returns that answer.
 * `what` completes the sentence "waited in vain for ...". A probe that throws counts as "not yet".
 */
export async function until<T>(
  what: string,
  probe: () => T | false | undefined | Promise<T | false | undefined>,
  limitMs: number = patienceMs,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
