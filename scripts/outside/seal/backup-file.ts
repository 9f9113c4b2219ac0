import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Decrypter, Encrypter } from "age-encryption";
import { LetterError } from "../../letter/bytes/error.ts";
import { makeFolder } from "../folder.ts";

/** Takes one line, without its line end. */
export type Emit = (line: string) => Promise<void>;

/** Takes some bytes. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/** Writes lines as `writeSealedFile` writes bytes. */
export function writeBackupFile(
  path: string,
  recipient: string,
  produce: (emit: Emit) => Promise<void>,
): Promise<void> {
  return writeSealedFile(path, recipient, (write) => produce((line) => write(Buffer.from(`${line}\n`))));
}

/**
 * Writes bytes into a file that is encrypted with age, and appears complete or not at all.
 *
 * @param recipient `age1pq1…`, whose identity is on another machine: an intruder on this one can read no backup
 * @throws LetterError `backup` for another kind of recipient
 */
export async function writeSealedFile(
  path: string,
  recipient: string,
  produce: (write: Write) => Promise<void>,
): Promise<void> {
  const encrypter = new Encrypter();
  try {
    if (!recipient.startsWith("age1pq1")) throw new Error("another kind");
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new LetterError("backup", "the recipient is not a post-quantum age key, which begins with age1pq1", {
      cause,
    });
  }
  makeFolder(dirname(path), "FILE", 0o777);
  const draft = `${path}.part`;
  const file = await open(draft, "w", 0o600);
  try {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const produced = produce((bytes) => writer.write(bytes)).then(
      () => writer.close(),
      (cause) => writer.abort(cause),
    );
    for await (const chunk of await encrypter.encrypt(readable)) await file.write(chunk);
    await produced;
    await file.sync();
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw cause;
  } finally {
    await file.close();
  }
  const folder = await open(dirname(path));
  await folder.sync();
  await folder.close();
}

/**
 * Reads the bytes of such a file. Truncated or changed data is refused, and nothing of it is returned.
 *
 * @param identity `AGE-SECRET-KEY-PQ-1…`
 * @throws LetterError `backup`
 */
export async function readSealedFile(path: string, identity: string): Promise<Buffer> {
  const decrypter = new Decrypter();
  const chunks: Uint8Array[] = [];
  try {
    decrypter.addIdentity(identity);
    const sealed = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    for await (const chunk of await decrypter.decrypt(sealed)) chunks.push(chunk);
  } catch (cause) {
    throw unreadable(cause);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads the lines of such a file. Truncated or changed data is refused where it is reached.
 *
 * @param identity `AGE-SECRET-KEY-PQ-1…`
 * @throws LetterError `backup`
 */
export async function* readBackupFile(path: string, identity: string): AsyncGenerator<string> {
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(identity);
    const sealed = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    const plain = Readable.fromWeb((await decrypter.decrypt(sealed)) as Parameters<typeof Readable.fromWeb>[0]);
    // Without this, readline would end silently where the stream breaks.
    let broken: unknown;
    plain.on("error", (cause) => {
      broken = cause;
    });
    for await (const line of createInterface({ input: plain, crlfDelay: Number.POSITIVE_INFINITY })) yield line;
    if (broken !== undefined) throw broken;
  } catch (cause) {
    if (cause instanceof LetterError) throw cause;
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): LetterError {
  return new LetterError("backup", "the file cannot be opened: it is damaged, or sealed for another key", { cause });
}
