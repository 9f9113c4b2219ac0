import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "../mail-domain-check.ts";
import { parseAddress } from "../network-address.ts";
import type { Settings } from "../settings.ts";

/** The file of Tor's exits in the data folder. */
export const TOR_EXITS = "tor-exits.txt";

/** Where Tor leaves its network, as the operator has it from the Tor Project. */
export type TorExits = {
  readonly addresses: ReadonlySet<string>;
  /** when the file was written; undefined without a file */
  readonly written?: Date | undefined;
  /** what is wrong with the file, as a sentence for the operator; what was known before goes on being used */
  readonly problem?: string | undefined;
};

/** What is known without a file. */
export const NO_EXITS: TorExits = { addresses: new Set() };

/** The age from which a list misses many exits, in days. */
export const OLD_EXITS = 7;

/**
 * Reads `$DATA_DIR/tor-exits.txt`, which the operator puts there: the service itself makes no request for it. Nothing in
 * that file can stop the service. A list that cannot be read whole takes away none that is known.
 *
 * @param before what was read last
 */
export async function readTorExits(dataDir: string, before: TorExits = NO_EXITS): Promise<TorExits> {
  const path = join(dataDir, TOR_EXITS);
  try {
    const [text, { mtime }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const found = parseTorExits(text);
    const isCut = before.addresses.size > 0 && !text.endsWith("\n");
    const problem = typeof found === "string" ? found : isCut ? CUT : undefined;
    return typeof found === "string" || isCut ? { ...before, problem } : { addresses: found, written: mtime };
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return NO_EXITS;
    return { ...before, problem: code === "EISDIR" ? "it is a folder, not a file" : `it cannot be read (${code})` };
  }
}

const CUT = "its last line has no end: write the new list beside it, and rename it";

/**
 * Parses either list of the Tor Project: `torbulkexitlist` has an address a line, `exit-addresses` has
 * `ExitAddress IP TIME` among other lines of each relay.
 *
 * @returns the addresses, or what is wrong, as a sentence
 */
export function parseTorExits(text: string): ReadonlySet<string> | string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(#|(ExitNode|Published|LastStatus) )/.test(line));
  const addresses = lines.flatMap((line) => parseAddress(/^ExitAddress (\S+) /.exec(line)?.[1] ?? line) ?? []);
  if (addresses.length === 0) return "no address of an exit is in it";
  // A page that says that there is an error may have an address in it too.
  if (addresses.length * 2 < lines.length) return "most of its lines are no addresses";
  return new Set(addresses);
}

/** Returns how old a list is, in whole days; undefined without one. */
export function ageOf({ written }: TorExits, now: Date): number | undefined {
  return written && Math.max(0, Math.floor((now.getTime() - written.getTime()) / 86_400_000));
}

/** What the doctor says of the list; nothing where nobody comes from outside. */
export async function checkTorExits(
  { dataDir, trustProxy }: Pick<Settings, "dataDir" | "trustProxy">,
  now: Date,
): Promise<Finding[]> {
  const exits = await readTorExits(dataDir);
  const { problem, addresses } = exits;
  const days = ageOf(exits, now);
  if (problem !== undefined) return [{ what: TOR_EXITS, mend: `${problem}; ${FETCH}` }];
  if (days === undefined)
    return trustProxy
      ? [{ what: `no ${TOR_EXITS}`, mend: `everybody at one exit of Tor shares what a single line may do; ${FETCH}` }]
      : [];
  const what = `${TOR_EXITS}: ${addresses.size} exits of Tor, ${days} days old`;
  return [{ what, mend: days >= OLD_EXITS ? `newer exits count as one line each; ${FETCH}` : undefined }];
}

const FETCH = "fetch it each day: .github/operating.md, “Exits of Tor”";
