import { execFileSync } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { type SheetSetAside, sheetsSetAside } from "../form-service/filing/sheets.ts";
import { rowsSetAside } from "../form-service/store/rows-set-aside.ts";
import type { Tables } from "../form-service/store/schema.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { lookAtDatabase } from "../outside/database/open.ts";
import { makeWritableFolder } from "../outside/folder.ts";
import { causeOf } from "../outside/log.ts";
import { checkMailDomain, type Finding } from "../outside/mail-domain-check.ts";
import { readSettings, type Settings } from "../outside/settings.ts";
import { readContent } from "../site/views/read-content.ts";
import { runCommand, usageError } from "./command.ts";
import { checkCoreFiles } from "./core-files.ts";

const HELP = `
usage: npm run doctor

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not.
With a mail server it asks the DNS whether the sender's domain has what lets mail arrive, and prints the records to publish.`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const settings = readSettings(process.env);
  const findings = [
    checkNode(),
    checkGit(),
    checkFolder(settings),
    await checkPort(settings),
    await checkContent(),
    ...(settings.mail.kind === "smtp" ? [await checkCoreFiles()] : []),
    ...(await checkMailDomain(settings, (name) => new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(name))),
    await checkDatabase(settings),
  ];
  for (const { what, mend } of findings) console.log(mend === undefined ? `✓ ${what}` : `✕ ${what}: ${mend}`);
  if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
});

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 22 || (major === 22 && minor >= 18);
  return {
    what: `Node.js ${process.versions.node}`,
    mend: fits ? undefined : "22.18 or later is needed; npm ci brings 24 along on Linux and macOS",
  };
}

function checkGit(): Finding {
  try {
    const version = execFileSync("git", ["--version"], { encoding: "utf8" }).trim();
    return {
      what: version,
      mend: /version (\d{2,}|[3-9]|2\.([3-9]\d|\d{3,}))/.test(version) ? undefined : "2.30 or later is needed",
    };
  } catch {
    return { what: "git", mend: "install git; the letter's record is a git repository" };
  }
}

function checkFolder({ dataDir }: Settings): Finding {
  try {
    makeWritableFolder(dataDir);
    return { what: "the data folder can be written" };
  } catch (cause) {
    return { what: "the data folder cannot be written", mend: (cause as Error).message };
  }
}

async function checkPort({ port, host }: Settings): Promise<Finding> {
  const error = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (cause: NodeJS.ErrnoException) => resolve(cause.code));
    server.listen({ port, host }, () => server.close(() => resolve(undefined)));
  });
  if (error === undefined) return { what: `port ${port}` };
  const elsewhere = "HOST is no address of this machine; write 0.0.0.0 or :: for all it has";
  const taken = "something listens there already; stop it, or set PORT to another number";
  return { what: `port ${port}`, mend: error === "EADDRNOTAVAIL" ? elsewhere : taken };
}

async function checkContent(): Promise<Finding> {
  try {
    const { campaign } = await readContent("content");
    const custodian = campaign.recipient.age.length === 0 ? ", no recipients yet: only for trying things out" : "";
    return { what: `content/ in ${campaign.languages.join(", ")}${custodian}` };
  } catch (cause) {
    return { what: "content/", mend: (cause as Error).message };
  }
}

async function checkDatabase({ database }: Settings): Promise<Finding> {
  if (database.kind === "sqlite" && !existsSync(database.path)) return { what: "no database yet: npm start makes it" };
  const what = database.kind === "sqlite" ? "the database" : "the PostgreSQL database";
  try {
    const store = await lookAtDatabase<Tables>(database);
    const found = Promise.all([sheetsSetAside(store.query), rowsSetAside(store.query)]);
    const [sheets, rows] = await found.finally(store.close);
    if (sheets.length + rows.length === 0) return { what };
    return { what, mend: [tellSheets(sheets), tellRows(rows)].filter(Boolean).join("; ") };
  } catch (cause) {
    const { code } = causeOf(cause);
    // SQLite and PostgreSQL about a table or column that is not there.
    if (["SQLITE_ERROR", "42P01", "42703"].includes(code)) {
      return { what: `${what}, of an older version: npm start brings it up to date` };
    }
    const mend = cause instanceof LetterError ? cause.message : `it does not answer (${code}); look at DATABASE_URL`;
    return { what, mend };
  }
}

function tellSheets(sheets: readonly SheetSetAside[]): string {
  if (sheets.length === 0) return "";
  const each = sheets.map(({ sheet, attempts, failure }) => `${sheet} (tried ${attempts} times, last ${failure})`);
  return `sheets that cannot be filed: ${each.join(", ")}. Look whether the git host is up and the App still has its permissions; they are tried again once an hour, and nothing is lost`;
}

function tellRows(ids: readonly string[]): string {
  if (ids.length === 0) return "";
  return `signatures whose rows cannot be read, so that no sheet takes them: ${ids.join(", ")}. Keep a backup, look at the disk, and ask whoever maintains the program; once they can be read they are filed by themselves, and their holders can withdraw meanwhile`;
}
