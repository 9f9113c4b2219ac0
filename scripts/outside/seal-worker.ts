import Tinypool from "tinypool";
import { openSeal, type Seal } from "./seal.ts";

let seal: Seal | undefined;

/** What a thread of the pool does with one record. */
export default function sealOne(plain: Uint8Array): Promise<Uint8Array> {
  seal ??= openSeal(Tinypool.workerData as string[]);
  return seal(plain);
}
