import { constants, setPriority } from "node:os";
import Tinypool from "tinypool";
import { openSeal, type Seal } from "./seal.ts";

// On Linux the priority is per thread: the thread that answers requests goes before the next record.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let seal: Seal | undefined;

/** Seals one record, on a thread of the pool. */
export default function sealOne(plain: Uint8Array): Promise<Uint8Array> {
  seal ??= openSeal(Tinypool.workerData as string[]);
  return seal(plain);
}
