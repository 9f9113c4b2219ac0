/** Tells the time. Handed in, so that a test can stand still. */
export type Clock = { now(): Date };

/** The clock of this machine. */
export const systemClock: Clock = { now: () => new Date() };
