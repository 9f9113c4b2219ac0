/**
 * Begins so many of these at once, and yields what comes of each in the order in which they were given. An error comes
 * in its turn too: the first in that order is the one that the caller sees, whichever happened first.
 */
export async function* inOrder<T, R>(
  all: Iterable<T>,
  begin: (one: T) => Promise<R>,
  atOnce: number,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for (const one of all) {
    begun.push(notYetAwaited(begin(one)));
    if (begun.length >= atOnce) yield await begun.shift()!;
  }
  for (const one of begun) yield await one;
}

/** Returns the promise as it is; a rejection that nobody waits for yet does not count as unhandled. */
export function notYetAwaited<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
