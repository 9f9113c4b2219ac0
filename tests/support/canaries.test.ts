import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeRepository } from "./campaigns/repository.ts";
import { findCanaries, findCanariesIn } from "./canaries.ts";

const name = "زبیده Kānārī/O’Neil?";
const email = "Canary+79@letter.example";
const secrets = [name, email];

const base64 = (text: string, before: string, after = "?>>") => Buffer.from(before + text + after).toString("base64");
const quotedPrintable = (text: string) =>
  [...Buffer.from(text)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
const fold = (text: string, every: number, by: string) => text.replace(new RegExp(`(.{${every}})`, "g"), `$1${by}`);

describe.each([
  ["a name", name, 0],
  ["an address", email, 1],
])("the search for %s", (_what, secret, index) => {
  it.each<[string, string | Uint8Array]>([
    ["plain", `before${secret}after`],
    ["in lower case", secret.toLowerCase()],
    ["decomposed", secret.normalize("NFD")],
    ["in base64 at offset 0", base64(secret, "")],
    ["in base64 at offset 1", base64(secret, "x")],
    ["in base64 at offset 2", base64(secret, "xy")],
    ["in base64 that ends with it", base64(secret, "xyz", "")],
    ["in base64 folded as in a mail", fold(base64(secret, "a longer text "), 7, "\r\n")],
    ["in base64url", base64(secret, "x").replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")],
    ["in hexadecimal", Buffer.from(secret).toString("hex")],
    ["in upper-case hexadecimal", Buffer.from(secret).toString("hex").toUpperCase()],
    ["URL-encoded", encodeURIComponent(secret)],
    ["URL-encoded in lower case", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ["as form data", new URLSearchParams({ secret }).toString()],
    ["quoted-printable", secret.replace(/[^ -<>-~]+/g, quotedPrintable)],
    ["quoted-printable and folded", fold(secret.replace(/[^ -<>-~]+/g, quotedPrintable), 9, "=\r\n")],
    ["in a mail's header", `=?UTF-8?Q?${secret.replace(/[^A-Za-z0-9 ]+/g, quotedPrintable).replaceAll(" ", "_")}?=`],
    [
      "in a mail's header in base64",
      `=?UTF-8?B?${base64(secret.slice(0, 5), "", "")}?=\r\n =?UTF-8?B?${base64(secret.slice(5), "", "")}?=`,
    ],
    [
      "as git quotes names",
      secret.replace(/[^ -~]/g, (at) => [...Buffer.from(at)].map((byte) => `\\${byte.toString(8)}`).join("")),
    ],
    ["in UTF-16LE", Buffer.from(secret, "utf16le")],
    ["in UTF-16BE", Buffer.from(secret, "utf16le").swap16()],
    ["JSON-escaped in part", JSON.stringify(secret)],
    ["JSON-escaped", secret.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)],
    ["as HTML references", secret.replace(/[^ -~]/gu, (point) => `&#${point.codePointAt(0)};`)],
    ["as HTML hexadecimal references", secret.replace(/[^ -~]/gu, (at) => `&#x${at.codePointAt(0)?.toString(16)};`)],
    ["as an unkeyed digest", createHash("sha256").update(secret.toLowerCase()).digest()],
    ["as an unkeyed digest in base64", createHash("sha1").update(secret).digest("base64")],
  ])("finds it %s", (_form, content) => {
    expect(findCanariesIn(secrets, "here", content)).toContainEqual(expect.objectContaining({ secret: index }));
    expect(
      findCanariesIn(secrets, "here", Buffer.concat([Buffer.from("\0\n"), Buffer.from(content as string)])),
    ).not.toEqual([]);
  });
});

it("finds nothing in what holds no secret, and never repeats a secret", () => {
  expect(findCanariesIn(secrets, "here", "another name and another@letter.example")).toEqual([]);
  expect(JSON.stringify(findCanariesIn(secrets, "here", name + email))).not.toMatch(/Neil|Canary/);
});

it("refuses a secret that chance would find", () => {
  expect(() => findCanaries(["Omid"], [tmpdir()])).toThrow();
});

describe("in a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-canaries-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const places = () => findCanaries(secrets, [folder]).map((hit) => hit.where.slice(folder.length + 1));

  it("looks into files, names of files, targets of links, and gzip", () => {
    mkdirSync(join(folder, "deep/er"), { recursive: true });
    writeFileSync(join(folder, "deep/er/file"), `x${email}`);
    writeFileSync(join(folder, email), "");
    symlinkSync(`/nowhere/${email}`, join(folder, "link"));
    writeFileSync(join(folder, "log.gz"), gzipSync(`x${email}`));
    const found = places().sort();
    expect(new Set(found)).toEqual(
      new Set(["deep/er/file", `${email} (its name)`, "link (its target)", "log.gz (unzipped)"]),
    );
  });

  it("looks into SQLite, also where a row is still in the write-ahead log or already deleted", () => {
    const database = new Database(join(folder, "service.db"));
    database.pragma("journal_mode = WAL");
    database.exec("CREATE TABLE kept (value TEXT)");
    database.prepare("INSERT INTO kept VALUES (?)").run(name);
    expect(places()).toContain("service.db-wal");
    database.exec("DELETE FROM kept");
    database.close();
    expect(places()).toContain("service.db");
  });

  it("looks into git objects, loose, packed and forgotten", () => {
    const repository = makeRepository();
    try {
      repository.commit("main", "first", { "list.md": `| ${name} |\n` });
      repository.commit("gone", `a message for ${email}`, { "empty.md": "" });
      repository.git("update-ref", "-d", "refs/heads/gone");
      const search = () =>
        findCanaries(secrets, [repository.path]).map((hit) => `${hit.secret} ${hit.where.split(" ")[1]}`);
      expect(search()).toEqual(expect.arrayContaining(["0 blob", "1 commit"]));
      repository.git("repack", "-a", "-d", "-q");
      expect(search()).toContain("0 blob");
    } finally {
      repository.remove();
    }
  });
});
