import { constants, setPriority } from "node:os";
import Tinypool from "tinypool";
import { openSeal, type Seal } from "./seal.ts";

// Linux gives each thread a priority of its own: whoever waits for a page comes before the next record.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let seal: Seal | undefined;

/** What a thread of the pool does with one record. */
export default function sealOne(plain: Uint8Array): Promise<Uint8Array> {
  seal ??= openSeal(Tinypool.workerData as string[]);
  return seal(plain);
}
