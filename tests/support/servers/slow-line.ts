import { Transform, type TransformCallback } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** A line to the next network: how long a byte is on its way, and how many are sent in a second. */
export type SlowLine = { readonly milliseconds: number; readonly bytesPerSecond: number };

/** What the line sends at a time. Connections take turns after so much, as they do in Tor's cells. */
const PIECE = 1_024;

/** Waits until a moment of `performance.now()`. */
const until = (moment: number) => sleep(Math.max(0, moment - performance.now()));

/**
 * One direction of a line that all connections share.
 *
 * @returns makes the part of the way that one connection goes
 */
export function openDirection({ milliseconds, bytesPerSecond }: SlowLine): () => Transform {
  let free = performance.now();
  /** Resolves once the line has sent so many bytes. */
  const send = (bytes: number) => {
    free = Math.max(free, performance.now()) + (bytes * 1000) / bytesPerSecond;
    return until(free);
  };
  return () => {
    let arrived = Promise.resolve();
    const later = (part: Transform, work: () => void) => {
      const due = performance.now() + milliseconds;
      arrived = arrived.then(() => until(due)).then(() => void (part.destroyed || work()));
      return arrived;
    };
    return new Transform({
      async transform(chunk: Buffer, _encoding, done: TransformCallback) {
        for (let at = 0; at < chunk.length; at += PIECE) {
          const piece = chunk.subarray(at, at + PIECE);
          await send(piece.length);
          void later(this, () => void this.push(piece));
        }
        done();
      },
      flush(done: TransformCallback) {
        void later(this, done);
      },
    });
  };
}
