import { type LineUp, openLineUp, type Place } from "./line-up.ts";

/**
 * A map with a bound. When it is full, the owner with the most keys gives one up: the key that it has not touched for
 * longest. Among owners with equally many, it is the one that has not touched any key for longest.
 */
export type BoundedMap<V> = {
  get(key: string): V | undefined;
  /** Stores the value as its owner's newest. A key that is already known moves to this owner. */
  set(key: string, value: V, owner: string): void;
  /** From now on the key is dropped only if there is no other left, and counts for no owner. */
  keep(key: string): void;
  delete(key: string): void;
  /** Returns the key that has not been touched for longest, except for kept ones; used to find what has expired. */
  oldest(): readonly [key: string, value: V] | undefined;
  keys(): Iterable<string>;
  readonly size: number;
};

type Entry<V> = {
  readonly key: string;
  value: V;
  /** the owner; undefined once the key is kept */
  owner: Owner<V> | undefined;
  /** its position among all entries, and among its owner's */
  amongAll: Place<Entry<V>>;
  amongOwn: Place<Entry<V>>;
};
type Owner<V> = { readonly name: string; readonly own: LineUp<Entry<V>>; rank: Place<Owner<V>> | undefined };

/**
 * @param capacity of keys
 * @param dropped is called with each key that was dropped to make room
 */
export function openBoundedMap<V>(
  capacity: number,
  dropped: (key: string, value: V) => void = () => {},
): BoundedMap<V> {
  const entries = new Map<string, Entry<V>>();
  const [all, kept] = [openLineUp<Entry<V>>(), openLineUp<Entry<V>>()];
  const owners = new Map<string, Owner<V>>();
  // Owners by how many keys they hold, each line-up in the order of their last touch.
  const ranks = new Map<number, LineUp<Owner<V>>>();
  let most = 0;

  const rankOf = (count: number) => {
    const rank = ranks.get(count) ?? openLineUp<Owner<V>>();
    ranks.set(count, rank);
    return rank;
  };

  /** Changes what an owner holds, and moves it to the end of those who hold as much. */
  function rankAgain(owner: Owner<V>, change: () => void): void {
    if (owner.rank) rankOf(owner.own.length).leave(owner.rank);
    change();
    const count = owner.own.length;
    owner.rank = count === 0 ? undefined : rankOf(count).join(owner);
    most = Math.max(most, count);
    // The maximum rises by one at a time, so it never has far to fall.
    while (most > 0 && rankOf(most).length === 0) most--;
  }

  function join(entry: Entry<V>, owner: Owner<V>): void {
    if (owner.own.length === 0) owners.set(owner.name, owner);
    entry.owner = owner;
    entry.amongAll = all.join(entry);
    rankAgain(owner, () => {
      entry.amongOwn = owner.own.join(entry);
    });
  }

  function leave(entry: Entry<V>): void {
    const { owner } = entry;
    (owner ? all : kept).leave(entry.amongAll);
    if (owner) rankAgain(owner, () => owner.own.leave(entry.amongOwn));
  }

  function forgetIfEmpty(owner: Owner<V> | undefined): void {
    if (owner?.own.length === 0) owners.delete(owner.name);
  }

  function remove(entry: Entry<V>): void {
    leave(entry);
    entries.delete(entry.key);
    forgetIfEmpty(entry.owner);
  }

  function makeRoom(): void {
    const entry = rankOf(most).first()?.own.first() ?? kept.first();
    if (!entry) return;
    remove(entry);
    dropped(entry.key, entry.value);
  }

  return {
    get: (key) => entries.get(key)?.value,
    set(key, value, name) {
      const known = entries.get(key);
      const before = known?.owner;
      if (known) {
        known.value = value;
        if (!before) return;
        // The entry stays in its Map: a Map gets slower each time the same key is deleted and set again.
        leave(known);
      }
      const entry = known ?? ({ key, value } as Entry<V>);
      join(entry, owners.get(name) ?? { name, own: openLineUp(), rank: undefined });
      if (known) return forgetIfEmpty(before);
      entries.set(key, entry);
      if (entries.size > capacity) makeRoom();
    },
    keep(key) {
      const entry = entries.get(key);
      if (!entry?.owner) return;
      leave(entry);
      forgetIfEmpty(entry.owner);
      entry.owner = undefined;
      entry.amongAll = kept.join(entry);
    },
    delete(key) {
      const entry = entries.get(key);
      if (entry) remove(entry);
    },
    oldest() {
      const entry = all.first();
      return entry && [entry.key, entry.value];
    },
    keys: () => entries.keys(),
    get size() {
      return entries.size;
    },
  };
}
