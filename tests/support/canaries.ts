import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Where a secret was found, and in which form. It names the secret by its place in the list, so that no log repeats it. */
export type Hit = { secret: number; form: string; where: string };

type Form = { secret: number; form: string; bytes: Buffer };

/**
 * Looks for secrets in every common encoding, in file contents, in file names, in gzip files and in git objects,
 * reachable or not. SQLite files and their `-wal` hold values as they are, so they are read as bytes.
 *
 * @param secrets distinctive texts of at least 6 characters, such as an invented name or address.
 * @param paths files or folders; symbolic links are named, not followed.
 */
export function findCanaries(secrets: readonly string[], paths: readonly string[]): Hit[] {
  for (const secret of secrets) if ([...secret].length < 6) throw new Error("a canary this short is found by chance");
  const forms = indexForms(secrets);
  const hits: Hit[] = [];
  for (const path of paths) {
    if (!existsSync(path)) throw new Error(`nothing to search at ${path}`);
    readEverything(path, (where, bytes) => hits.push(...searchBytes(forms, where, bytes)));
  }
  return hits;
}

/** The same search in one text or buffer, such as what a process printed or a server answered. */
export function findCanariesIn(secrets: readonly string[], where: string, content: string | Uint8Array): Hit[] {
  return searchBytes(indexForms(secrets), where, Buffer.from(content as Uint8Array));
}

/** Forms by their first three bytes, as one number; `starts` says which of these there are. */
type Index = { starts: Uint8Array; forms: Map<number, Form[]> };

function indexForms(secrets: readonly string[]): Index {
  const index: Index = { starts: new Uint8Array(2 ** 24), forms: new Map() };
  for (const [secret, text] of secrets.entries()) {
    for (const form of formsOf(text)) {
      const start = form.bytes.readUIntBE(0, 3);
      index.starts[start] = 1;
      index.forms.set(start, [...(index.forms.get(start) ?? []), { ...form, secret }]);
    }
  }
  return index;
}

function searchBytes(index: Index, where: string, bytes: Buffer): Hit[] {
  const text = bytes.toString("latin1");
  const seen = new Set<string>();
  return unescapings.flatMap(([name, decode]) => {
    const unescaped = decode(text);
    if (seen.has(unescaped)) return [];
    seen.add(unescaped);
    const haystack = Buffer.from(unescaped, "latin1");
    return formsIn(haystack, index).map(({ secret, form }) => {
      return { secret, form: name === "" ? form : `${form}, ${name}`, where };
    });
  });
}

/** All forms that are in these bytes, in one walk over them: a search for each would take hours. */
function formsIn(haystack: Buffer, { starts, forms }: Index): Form[] {
  const found = new Set<Form>();
  let start = 0;
  for (let end = 1; end <= haystack.length; end++) {
    start = ((start << 8) | haystack[end - 1]!) & 0xffffff;
    if (starts[start] === 0 || end < 3) continue;
    for (const form of forms.get(start)!) {
      if (haystack.subarray(end - 3, end - 3 + form.bytes.length).equals(form.bytes)) found.add(form);
    }
  }
  return [...found];
}

function formsOf(secret: string): Omit<Form, "secret">[] {
  const spellings = [
    secret,
    secret.toLowerCase(),
    secret.toUpperCase(),
    secret.normalize("NFC"),
    secret.normalize("NFD"),
  ];
  const forms = [...new Set(spellings)].flatMap((spelling) => [
    ...encodingsOf("UTF-8", Buffer.from(spelling, "utf8")),
    ...encodingsOf("UTF-16LE", Buffer.from(spelling, "utf16le")),
    ...encodingsOf("UTF-16BE", Buffer.from(spelling, "utf16le").swap16()),
    // A digest of an address is as good as the address: there are few addresses.
    ...["md5", "sha1", "sha256", "sha512"].flatMap((name) =>
      encodingsOf(name, createHash(name).update(spelling, "utf8").digest()),
    ),
  ]);
  const known = new Set<string>();
  return forms.filter(({ bytes }) => {
    const key = bytes.toString("latin1");
    return known.has(key) ? false : known.add(key);
  });
}

function encodingsOf(name: string, bytes: Buffer): Omit<Form, "secret">[] {
  const hex = bytes.toString("hex");
  const spaced = (hex.match(/../g) ?? []).join(" ");
  const texts: [string, string][] = [
    ["hex", hex],
    ["hex", hex.toUpperCase()],
    ["spaced hex", spaced],
    ["spaced hex", spaced.toUpperCase()],
  ];
  for (const offset of [0, 1, 2]) {
    // What comes before and after the secret shares its outermost characters: those are left off.
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = [0, 2, 3][offset];
    const last = (offset + bytes.length) % 3 === 0 ? whole.length : whole.length - 1;
    const base64 = whole.slice(first, last);
    texts.push([`base64 at offset ${offset}`, base64]);
    texts.push([`base64url at offset ${offset}`, base64.replaceAll("+", "-").replaceAll("/", "_")]);
  }
  return [
    { form: name, bytes },
    ...texts.map(([form, text]) => ({ form: `${name} ${form}`, bytes: Buffer.from(text, "latin1") })),
  ];
}

const octet = (hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const point = (value: number) => (value <= 0x10ffff ? latin1(String.fromCodePoint(value)) : "");
const percents = (text: string) => text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => octet(hex));
const equals = (text: string) => text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => octet(hex));

// Which characters an encoder escapes is its own choice, so the haystack is unescaped and not the needle escaped.
// Texts are bytes as Latin-1 here.
const unescapings: [string, (text: string) => string][] = [
  ["", (text) => text],
  ["in folded lines", (text) => text.replace(/\r?\n[ \t]*/g, "")],
  ["URL-encoded", percents],
  ["as form data", (text) => percents(text.replaceAll("+", " "))],
  ["quoted-printable", (text) => equals(text.replace(/=\r?\n/g, ""))],
  ["in a mail header", unescapeHeader],
  ["JSON-escaped", unescapeJson],
  ["as HTML references", unescapeHtml],
];

/** Encoded words of RFC 2047; the blanks between two of them do not count. */
function unescapeHeader(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?[\w-]+\?b\?([^?]*)\?=/gi, (_, base64: string) => Buffer.from(base64, "base64").toString("latin1"))
    .replace(/=\?[\w-]+\?q\?([^?]*)\?=/gi, (_, word: string) => equals(word.replaceAll("_", " ")));
}

function unescapeJson(text: string): string {
  return text
    .replace(/(?:\\u[0-9a-f]{4})+/gi, (units) => {
      const codes = units.match(/[0-9a-f]{4}/gi) ?? [];
      return latin1(codes.map(octet).join(""));
    })
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => octet(hex))
    .replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replace(/\\(["'\\/])/g, "$1");
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d{1,7});/g, (_, decimal: string) => point(Number(decimal)))
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, hex: string) => point(Number.parseInt(hex, 16)))
    .replace(
      /&(lt|gt|quot|apos|amp);/g,
      (_, name: string) => ({ lt: "<", gt: ">", quot: '"', apos: "'" })[name] ?? "&",
    );
}

function readEverything(path: string, read: (where: string, bytes: Buffer) => void): void {
  read(`${path} (its name)`, Buffer.from(path, "utf8"));
  // An older build of the site may be taken away while the service runs.
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (status.isSymbolicLink()) {
    read(`${path} (its target)`, Buffer.from(readlinkSync(path), "utf8"));
    return;
  }
  if (status.isDirectory()) {
    if (existsSync(join(path, "HEAD")) && existsSync(join(path, "objects"))) readObjects(path, read);
    for (const entry of unlessGone(() => readdirSync(path)) ?? []) readEverything(join(path, entry), read);
    return;
  }
  if (!status.isFile()) return; // A socket or a pipe keeps nothing.
  const bytes = unlessGone(() => readFileSync(path));
  if (bytes === undefined) return;
  read(path, bytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) read(`${path} (unzipped)`, gunzipSync(bytes));
}

/** All objects of a git folder, loose or packed, also those that no ref reaches any more. */
function readObjects(gitDir: string, read: (where: string, bytes: Buffer) => void): void {
  const stream = execFileSync("git", ["--git-dir", gitDir, "cat-file", "--batch-all-objects", "--batch"], {
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Each object: "ID TYPE SIZE", LF, its bytes, LF.
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf(10, at);
    const [id, type, size] = stream.toString("latin1", at, end).split(" ");
    const start = end + 1;
    at = start + Number(size) + 1;
    read(`${gitDir} ${type} ${id}`, stream.subarray(start, at - 1));
  }
}

/** What was taken away between two looks is nowhere any more: undefined. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}
