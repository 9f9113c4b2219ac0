import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

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
  return Promise.all(newest.map(async (name) => parse(await readFile(join(folder, name), "utf8"))));
}

function parse(message: string): CapturedMail {
  const head = splitHead(message);
  const boundary = /boundary="([^"]+)"/.exec(head.fields)?.[1];
  const parts = boundary === undefined ? [message] : head.body.split(`--${boundary}`).map((part) => part.trimStart());
  const text = splitHead(parts.find((part) => /^content-type: text\/plain/im.test(splitHead(part).fields)) ?? "");
  return {
    to: field(head.fields, "to"),
    subject: decodeWords(field(head.fields, "subject")),
    text: decodeBody(text.body, field(text.fields, "content-transfer-encoding")).trim(),
  };
}

function splitHead(part: string): { fields: string; body: string } {
  const end = part.indexOf("\n\n");
  if (end < 0) return { fields: "", body: "" };
  return { fields: part.slice(0, end).replace(/\n[ \t]+/g, " "), body: part.slice(end + 2) };
}

function field(fields: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, "im").exec(fields)?.[1] ?? "";
}

/** RFC 2047: `=?UTF-8?B?…?=` and `=?UTF-8?Q?…?=`. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, word: string) =>
      encoding.toLowerCase() === "b"
        ? Buffer.from(word, "base64").toString("utf8")
        : decodeQuoted(word.replaceAll("_", " ")),
    );
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  return encoding === "quoted-printable" ? decodeQuoted(body) : body;
}

function decodeQuoted(text: string): string {
  const bytes = text
    .replace(/=\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
