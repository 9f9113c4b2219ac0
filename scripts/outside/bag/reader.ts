import { open } from "node:fs/promises";
import { LetterError } from "../../letter/bytes/error.ts";
import { brokenBag } from "./check.ts";
import { type Bag, readBag } from "./found-bag.ts";

/**
 * Reads the bag in a file, as `readBag` does.
 *
 * @param progress is called with the bytes read so far and the size
 * @throws LetterError `bag` when a bag cannot be read at all, naming the place
 */
export async function openBag(file: string, progress: (done: number, size: number) => void = () => {}): Promise<Bag> {
  const handle = await open(file).catch((cause) => {
    throw new LetterError("bag", "there is no such bag, or it cannot be read: name the .tar file", { cause });
  });
  const read = async (offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw brokenBag(`the file ends too early, at byte ${offset + done}`);
      done += bytesRead;
    }
    return bytes;
  };
  try {
    const { size } = await handle.stat();
    return await readBag({ size, read, close: () => handle.close() }, progress);
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}
