import type { CORPUS } from "./corpus.ts";

/** One place of the code as it would be without its mending. */
export type Change = { readonly path: string; readonly from: string; readonly to: string };

/** A mending that is taken out of the program, the operations that show it, and what the model says then. */
type Breakage = {
  readonly steps: keyof typeof CORPUS;
  readonly without: string;
  readonly changes: readonly Change[];
  readonly found: RegExp;
};

const FILING = "scripts/form-service/filing";
const STORE = "scripts/form-service/store/campaign-database.ts";
const CONDITIONS = "scripts/handover/purge-conditions.ts";
const ERASURE = "scripts/handover/erased-repository.ts";

/** A command makes its database, and asks nobody whose it is. */
const makesDatabase: Change[] = [
  { path: STORE, from: "openExistingDatabase<Tables>(database, MIGRATIONS)", to: "openStore(database)" },
  { path: STORE, from: "known === undefined && (await isEmpty(", to: "known === null && (await isEmpty(" },
];

/** The purge does not ask whether the database holds what was handed over. */
const takesAnyDatabase: Change[] = [{ path: CONDITIONS, from: "if (lost > handedOver.lost)", to: "if (lost < 0)" }];

/** What main has settled is not taken over where the database does not know that it was filed. */
const settlesFiledOnly: Change[] = [
  { path: `${FILING}/settlement.ts`, from: `["confirmed", "aside", "filing", "filed"]`, to: `["filing", "filed"]` },
  {
    path: `${FILING}/reconciliation.ts`,
    from: "await takeOver(query, { main, open, now, isOlder: older, isWhole });",
    to: "void takeOver;",
  },
];

/** The grave faults that were once found, each put back. */
export const BREAKAGES: readonly Breakage[] = [
  {
    steps: "forgotten",
    without: "commands refuse to make a database, and a purge one without the records",
    changes: [...makesDatabase, ...takesAnyDatabase],
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
      ...settlesFiledOnly,
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
        path: `${FILING}/reconciliation.ts`,
        from: "queueLost(query, gone, open)",
        to: "queueLost(query, new Set(), open)",
      },
    ],
    found: /is stuck/,
  },
  {
    steps: "restoredOlder",
    without: "what was published is taken over",
    changes: [
      { path: `${FILING}/restored-service.ts`, from: "if (main?.missing) await", to: "if (main === null) await" },
    ],
    found: /the ledger had \d+ entries, now it has \d+: entries were taken out/,
  },
  {
    steps: "emptied",
    without: "a start on an empty database is refused",
    changes: [
      {
        path: STORE,
        from: "(await isEmpty(store.query)) && (await shows())",
        to: "(await shows()) && known === null",
      },
    ],
    found: /started on an empty database/,
  },
  {
    steps: "erased",
    without: "only lists are erased, and the whole tree is compared",
    changes: [
      { path: ERASURE, from: "if (!paths.some((path) => ROWS.test(path))) return file;", to: "void paths;" },
      { path: ERASURE, from: "if ((await treeOf(to)) !== (await treeOf(from)))", to: `if ((await treeOf(to)) === "")` },
    ],
    found: /signatures\/README\.md on main is not what the campaign began with/,
  },
  {
    steps: "baseErased",
    without: "a sheet whose base was erased gets a new one",
    changes: [
      {
        path: `${FILING}/filing.ts`,
        from: "for (const sheet of deps.sheetWatch.baseless(baseless)) await renew(deps, sheet);",
        to: "void baseless;",
      },
    ],
    found: /is stuck/,
  },
  {
    steps: "tagMoved",
    without: "the tag is compared with what was handed over",
    changes: [
      { path: CONDITIONS, from: "if (size !== note.size) throw", to: "if (size < 0) throw" },
      { path: CONDITIONS, from: "return note;", to: "return { ...note, size };" },
    ],
    found: /was destroyed, and is in no bag/,
  },
  {
    steps: "clockAhead",
    without: "a clock that main contradicts deletes nothing",
    changes: [
      {
        path: "scripts/form-service/open-service.ts",
        from: "if (mayDelete) await deleteDue();",
        to: "if (mayDelete !== null) await deleteDue();",
      },
    ],
    found: /the confirmation was answered with 422/,
  },
];
