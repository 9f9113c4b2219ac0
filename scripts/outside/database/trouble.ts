/**
 * Whether an error means that the database cannot do anything at the moment: it is away or restarting, or its disk is
 * full. The request may be repeated later. An error of any other kind is a fault of the program.
 */
export function isDatabaseTrouble(error: unknown): boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (typeof code === "string") return SQLITE.test(code) || NETWORK.has(code) || POSTGRES.test(code);
  return typeof message === "string" && PG.test(message);
}

// Full, broken, locked by another program, read-only or gone; https://sqlite.org/rescode.html
const SQLITE = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM)(_|$)/;
const NETWORK = new Set(
  "ECONNREFUSED ECONNRESET ECONNABORTED ENOTFOUND EAI_AGAIN ETIMEDOUT EPIPE EHOSTUNREACH ENETUNREACH".split(" "),
);
// Class 08: connection, 53: no memory, disk or connections left, 57P: shut down or starting, 58: its own files; 25006:
// a read-only standby, 40: conflicts; https://www.postgresql.org/docs/18/errcodes-appendix.html
const POSTGRES = /^(08|53|58|57P0)[0-9A-Z]+$|^(25006|40001|40P01|25P03|57014)$/;
// Messages of the driver that come without a code.
const PG = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has|was))/;

/**
 * Says in a line what an operator does about an error of the database or its disk; undefined for any other error.
 */
export function explainTrouble(error: unknown): string | undefined {
  const code = String(Object(error).code);
  return WAYS_ON.find(([codes]) => codes.test(code))?.[1].replace("CODE", code);
}

/** What a command and the doctor say of a database that cannot be read any more. */
const DAMAGED =
  "the database is damaged (CODE): stop the service, keep a copy of service.db, and restore the newest backup " +
  "(npm run restore); npm run doctor looks at every page of it (.github/operating.md, If a disk broke)";

const WAYS_ON: readonly (readonly [codes: RegExp, way: string])[] = [
  [/^SQLITE_(CORRUPT|NOTADB)(_|$)/, DAMAGED],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)$/, "the disk is full (CODE): make room, and do it again"],
  [
    /^(SQLITE_IOERR|EIO$)/,
    "the disk does not read or write (CODE): look whether it is full or broken, in the machine’s log too",
  ],
  [/^SQLITE_(BUSY|LOCKED)(_|$)/, "another program holds the lock of the database (CODE): end it, and do it again"],
  [
    /^SQLITE_(READONLY|CANTOPEN)(_|$)/,
    "the database cannot be written (CODE): look whose files and folder those at DATABASE_URL are, and do it again",
  ],
];
