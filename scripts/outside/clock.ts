/** Returns the time. It is passed in, so that a test can stop the clock. */
export type Clock = { now(): Date };

/** The clock of this machine. */
export const systemClock: Clock = { now: () => new Date() };
