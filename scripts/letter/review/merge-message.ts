import type { RefusalCode } from "./order.ts";
import { isRefusalCode } from "./order.ts";

/** What a commit on main settled, from its trailers. They hold no name and no number of a pull request. */
export type Settlement = {
  readonly sheet?: string;
  readonly approvedBy: readonly number[];
  readonly refused: readonly (readonly [id: string, code: RefusalCode])[];
  readonly leftOut: readonly string[];
  /** the ids of rows that a notice took off the list */
  readonly removed?: readonly string[];
  readonly size: number;
  /** standard base64 */
  readonly root: string;
};

/**
 * Formats the message of a commit by accept.
 *
 * ```
 * accept sheet 3v9c…
 *
 * Sheet: 3v9c…
 * Approved-by: 1234567
 * Refused: 79e7… fake-name
 * Left-out: ns6k…
 * Checkpoint: 5 S/qj9Nic9hM5…
 * ```
 */
export function formatMergeMessage(subject: string, settlement: Settlement): string {
  const trailers = [
    ...(settlement.sheet === undefined ? [] : [`Sheet: ${settlement.sheet}`]),
    ...settlement.approvedBy.map((id) => `Approved-by: ${id}`),
    ...settlement.refused.map(([id, code]) => `Refused: ${id} ${code}`),
    ...settlement.leftOut.map((id) => `Left-out: ${id}`),
    ...(settlement.removed ?? []).map((id) => `Removed: ${id}`),
    `Checkpoint: ${settlement.size} ${settlement.root}`,
  ];
  return `${subject}\n\n${trailers.join("\n")}\n`;
}

/** Parses the settlement in a message; undefined for a commit that accept did not make. */
export function parseMergeMessage(message: string): Settlement | undefined {
  const trailers = message.trimEnd().split("\n\n").at(-1)?.split("\n") ?? [];
  const values = (name: string) =>
    trailers.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  const [size, root] = values("Checkpoint")[0]?.split(" ") ?? [];
  if (size === undefined || root === undefined) return undefined;
  const sheet = values("Sheet")[0];
  const removed = values("Removed");
  return {
    ...(sheet === undefined ? {} : { sheet }),
    approvedBy: values("Approved-by").map(Number),
    refused: values("Refused").flatMap((line): [string, RefusalCode][] => {
      const [id = "", code = ""] = line.split(" ");
      return isRefusalCode(code) ? [[id, code]] : [];
    }),
    leftOut: values("Left-out"),
    ...(removed.length === 0 ? {} : { removed }),
    size: Number(size),
    root,
  };
}

/** What all commits of main have settled together. */
export type Settled = {
  readonly sheets: ReadonlySet<string>;
  readonly refused: ReadonlyMap<string, RefusalCode>;
  /**
   * The rows that were withdrawn before they came to the list. Only a sheet of withdrawals proves this: a sheet of
   * signatures may also leave a row out because another sheet decides it, and then the row is not withdrawn.
   */
  readonly withdrawn: ReadonlySet<string>;
  /** The rows that a notice took off the list. */
  readonly removed: ReadonlySet<string>;
};

/** Combines the settlements of a history, to look up sheets and rows. `before`: what was settled already. */
export function settledBy(settlements: Iterable<Settlement>, before?: Settled): Settled {
  const [sheets, withdrawn] = [new Set(before?.sheets), new Set(before?.withdrawn)];
  const [refused, removed] = [new Map(before?.refused), new Set(before?.removed)];
  for (const settlement of settlements) {
    if (settlement.sheet !== undefined) sheets.add(settlement.sheet);
    for (const [id, code] of settlement.refused) refused.set(id, code);
    if (isOfWithdrawals(settlement)) for (const id of settlement.leftOut) withdrawn.add(id);
    for (const id of settlement.removed ?? []) removed.add(id);
  }
  return { sheets, refused, withdrawn, removed };
}

/**
 * Whether the sheet that was settled is one of withdrawals: a sheet of signatures is never settled without a moderator,
 * and a sheet of withdrawals never needs one.
 */
export function isOfWithdrawals({
  sheet,
  approvedBy,
}: Pick<Settlement, "approvedBy"> & { readonly sheet?: string | undefined }): boolean {
  return sheet !== undefined && approvedBy.length === 0;
}
