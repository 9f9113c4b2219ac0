import { randomBytes } from "node:crypto";

/** Returns that many unpredictable bytes. It is passed in, so that a test can repeat itself. */
export type Random = (count: number) => Uint8Array;

/** Returns bytes of the operating system's generator. */
export const systemRandom: Random = (count) => new Uint8Array(randomBytes(count));
