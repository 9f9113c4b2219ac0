/** How many people have one value, such as one country, and how many of them the public list does not show. */
export type Cell = { readonly value: string; readonly people: number; readonly unseen: number };

/** Cells that may be published, and how many people have any other value; undefined if every value is a cell. */
export type Folded = { readonly cells: readonly Cell[]; readonly other: number | undefined };

/** The fewest people that a published number may be about. */
export const FEWEST = 10;

/**
 * Folds small cells into one, so that nobody can compute how many people were in any of them.
 *
 * The public list shows anyone some people of each cell, so what counts is how many it does not show: without them there
 * is nothing to hide, and the whole cell counts. Larger cells are folded too, the smallest first, until nothing follows
 * from the sum: it must hold one of them, twice the fewest people, and more ways to divide it than one. The last is
 * narrow if the larger cells are as large as the smallest one left, since anyone knows that they are no larger.
 *
 * @param fewest a smaller number is only for tests
 */
export function foldCells(cells: readonly Cell[], fewest = FEWEST): Folded {
  const secret = cells.some(({ unseen }) => unseen > 0);
  const sizeOf = ({ people, unseen }: Cell) => (secret ? unseen : people);
  const ascending = cells
    .filter(({ people }) => people > 0)
    .sort((a, b) => sizeOf(a) - sizeOf(b) || (a.value < b.value ? -1 : 1));
  const small = ascending.filter((cell) => sizeOf(cell) < fewest).length;
  if (small === 0) return { cells: ascending, other: undefined };
  let [count, sum] = [small, sizes(ascending.slice(0, small))];
  const open = () => {
    const larger = count - small;
    const least = sum - larger * sizeOf(ascending[count]!);
    return larger === 0 || sum < 2 * fewest || least >= small * (fewest - 1) - 1;
  };
  while (count < ascending.length && open()) sum += sizeOf(ascending[count++]!);
  const other = ascending.slice(0, count).reduce((total, { people }) => total + people, 0);
  return { cells: ascending.slice(count), other };

  function sizes(some: readonly Cell[]): number {
    return some.reduce((total, cell) => total + sizeOf(cell), 0);
  }
}
