import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime from "postal-mime";

/** A captured mail as its reader would see it. */
export type CapturedMail = { readonly to: string; readonly subject: string; readonly text: string };

/** Returns the newest mails in a folder of captured mail, newest first. Reads only what `openMailer` writes there. */
export async function readCapturedMails(folder: string, atMost: number): Promise<CapturedMail[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const newest = names
    .filter((name) => /^\d+\.eml$/.test(name))
    .sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))
    .slice(0, atMost);
  return Promise.all(newest.map(async (name) => parse(await readFile(join(folder, name)))));
}

async function parse(message: Uint8Array): Promise<CapturedMail> {
  const { to, subject = "", text = "" } = await PostalMime.parse(message);
  return { to: to?.[0]?.address ?? "", subject, text: text.trim() };
}
