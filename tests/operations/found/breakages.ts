import type { CORPUS } from "./corpus.ts";

/** One place of the code as it would be without its mending. */
export type Change = { readonly path: string; readonly from: string; readonly to: string };

/** A mending that is taken out of the program, the operations that show it, and what the model says then. */
export type Breakage = {
  readonly steps: keyof typeof CORPUS;
  readonly without: string;
  readonly changes: readonly Change[];
  readonly found: RegExp;
};

const STORE = "scripts/form-service/store/campaign-database.ts";

/** A command makes its database, and asks nobody whose it is. */
const makesDatabase: Change[] = [
  { path: STORE, from: "openExistingDatabase<Tables>(database, MIGRATIONS)", to: "openStore(database)" },
  { path: STORE, from: "known === undefined && (await isEmpty(store.query))", to: "known === null" },
];

/** The grave faults that were once found, each put back. */
export const BREAKAGES: readonly Breakage[] = [
  {
    steps: "forgotten",
    without: "commands refuse to make a database, and a purge one without the records",
    changes: [
      ...makesDatabase,
      {
        path: "scripts/handover/purge-conditions.ts",
        from: "if (!isLost && listed.size > 0",
        to: "if (listed.size < 0",
      },
    ],
    found: /purge without DATABASE_URL ended as if all were well/,
  },
  {
    steps: "paused",
    without: "commands refuse to make a database",
    changes: makesDatabase,
    found: /pause without DATABASE_URL ended as if all were well/,
  },
  {
    steps: "rolledBack",
    without: "known rows are settled, and left out of a sheet",
    changes: [
      {
        path: "scripts/form-service/filing/settlement.ts",
        from: `["confirmed", "aside", "filing", "filed"]`,
        to: `["filing", "filed"]`,
      },
      {
        path: "scripts/letter/review/acceptance.ts",
        from: "    here.add(entry.publicCommitment)",
        to: `    if (settledRows(main, sheet).has(row.id)) yield invalid("known"); here.add(entry.publicCommitment)`,
      },
    ],
    found: /is stuck/,
  },
  {
    steps: "branchGone",
    without: "the branches of filed sheets are looked at",
    changes: [
      {
        path: "scripts/form-service/filing/refiling.ts",
        from: "isDue: () => now() >= next",
        to: "isDue: () => now() < -next",
      },
    ],
    found: /is stuck/,
  },
  {
    steps: "emptied",
    without: "a start on an empty database is refused",
    changes: [{ path: STORE, from: "else if (!isNew && ", to: "else if (known === null && " }],
    found: /started on an empty database/,
  },
  {
    steps: "erased",
    without: "only lists are erased, and the whole tree is compared",
    changes: [
      {
        path: "scripts/handover/erased-repository.ts",
        from: "if (!paths.some((path) => ROWS.test(path))) return file;",
        to: "void paths;",
      },
      {
        path: "scripts/handover/erased-repository.ts",
        from: "if ((await treeOf(to)) !== (await treeOf(from)))",
        to: 'if ((await treeOf(to)) === "")',
      },
    ],
    found: /signatures\/README\.md on main is not what the campaign began with/,
  },
];
