/**
 * Values in the order in which they came, each of which can be removed from its place. A Map keeps an order too, but
 * scans again and again over everything that was deleted from its beginning.
 */
export type LineUp<T> = {
  /** Adds it at the end, and returns the place from which it can leave. */
  join(value: T): Place<T>;
  leave(place: Place<T>): void;
  first(): T | undefined;
  readonly length: number;
};

export type Place<T> = { readonly value: T; before: Place<T> | undefined; after: Place<T> | undefined };

export function openLineUp<T>(): LineUp<T> {
  let [first, last]: [Place<T> | undefined, Place<T> | undefined] = [undefined, undefined];
  let length = 0;
  return {
    join(value) {
      const place: Place<T> = { value, before: last, after: undefined };
      if (last) last.after = place;
      first ??= place;
      last = place;
      length++;
      return place;
    },
    leave(place) {
      const { before, after } = place;
      if (before) before.after = after;
      else first = after;
      if (after) after.before = before;
      else last = before;
      length--;
    },
    first: () => first?.value,
    get length() {
      return length;
    },
  };
}
