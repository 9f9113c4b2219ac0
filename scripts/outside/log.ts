import pino from "pino";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import type { Clock } from "./clock.ts";

/** The log of the service: counts and error codes, never a name, an address, a code, a path or an IP. */
export type Log = {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
};
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/**
 * Opens a log of JSON lines on stderr. They carry only the UTC day, and no name of the machine: the moment of a line
 * could be the moment of a signature.
 */
export function openLog(
  clock: Clock,
  destination: pino.DestinationStream = pino.destination({ fd: 2, sync: true }),
): Log {
  return pino(
    {
      base: null,
      timestamp: () => `,"day":"${dayOf(clock.now())}"`,
      formatters: { level: (level) => ({ level }) },
    },
    destination,
  );
}

/**
 * Returns what may be logged about an error: class and code. Messages of libraries can hold addresses and paths. That of a
 * program that hung is our own, and nothing but it says which program.
 */
export function causeOf(error: unknown): { error: string; code: string; reason?: string } {
  const { name, code, responseCode } = Object(error) as { name?: unknown; code?: unknown; responseCode?: unknown };
  const reason = error instanceof LetterError && error.code === "hung" ? { reason: error.message } : undefined;
  return { error: String(name ?? "unknown"), code: String(responseCode ?? code ?? ""), ...reason };
}
