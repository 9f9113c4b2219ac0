import type { Clock } from "../../outside/clock.ts";
import type { Log } from "../../outside/log.ts";
import { ageOf, NO_EXITS, OLD_EXITS, readTorExits, TOR_EXITS, type TorExits } from "../../outside/tor/exits.ts";

/** Tor's exits as they are known now. */
export type ExitWatch = {
  has(address: string): boolean;
  /** Reads the file again, and logs what has changed. */
  look(): Promise<void>;
  /** how many there are, and how old their list is in days */
  counts(): { readonly addresses: number; readonly days: number | undefined };
};

/** Reads the exits, and says once in the log how many there are, and what is wrong with their list. */
export async function openExitWatch(dataDir: string, { clock, log }: { clock: Clock; log: Log }): Promise<ExitWatch> {
  let exits: TorExits = NO_EXITS;
  let said = "";
  const counts = () => ({ addresses: exits.addresses.size, days: ageOf(exits, clock.now()) });
  const look = async () => {
    exits = await readTorExits(dataDir, exits);
    const { addresses, days } = counts();
    const isOld = days !== undefined && days >= OLD_EXITS;
    const state = `${exits.written?.getTime()} ${exits.problem} ${isOld}`;
    if (state === said) return;
    // Without a file there is nothing to say at the start; that one has gone is worth a line.
    const isNews = said !== "" || exits.written !== undefined || exits.problem !== undefined;
    said = state;
    if (!isNews) return;
    const fields = { addresses, ...(days === undefined ? {} : { days }) };
    if (exits.problem !== undefined) log.warn(fields, `${TOR_EXITS}: ${exits.problem}; the list of before is used`);
    else if (isOld) log.warn(fields, `${TOR_EXITS} is old: exits that are newer count as one line each`);
    else log.info(fields, `exits of Tor are known by ${TOR_EXITS}`);
  };
  await look();
  return { has: (address) => exits.addresses.has(address), look, counts };
}
