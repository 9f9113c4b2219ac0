import type { BagFile } from "../../outside/bag/found-bag.ts";

/** Bytes that are read at once: a bag has many small files, and each request of a browser takes its time. */
const WINDOW = 2 ** 20;

/** A file that somebody chose in the browser, read part by part. */
export function chosenFile(file: Blob): BagFile {
  let [start, window] = [0, new Uint8Array()];
  return {
    size: file.size,
    async read(offset, length) {
      await breathe();
      if (offset < start || offset + length > start + window.length) {
        const end = Math.min(offset + Math.max(length, WINDOW), file.size);
        [start, window] = [offset, new Uint8Array(await file.slice(offset, end).arrayBuffer())];
      }
      return window.slice(offset - start, offset - start + length);
    },
    async close() {},
  };
}

/** How long a page may compute, in milliseconds, before it draws what has changed and takes what was pressed. */
const BREATH = 50;
let last = 0;

/** Lets the page draw when it is due. */
export async function breathe(): Promise<void> {
  if (performance.now() - last < BREATH) return;
  await new Promise((resolve) => setTimeout(resolve));
  last = performance.now();
}
