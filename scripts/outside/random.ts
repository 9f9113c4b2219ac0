import { randomBytes } from "node:crypto";

/** Gives that many unpredictable bytes. Handed in, so that a test can repeat itself. */
export type Random = (count: number) => Uint8Array;

/** Bytes of the operating system's generator. */
export const systemRandom: Random = (count) => new Uint8Array(randomBytes(count));
