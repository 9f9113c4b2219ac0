import { execFileSync } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { existsSync } from "node:fs";
import { access, constants, mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import type { Tables } from "../form-service/schema.ts";
import { sheetsSetAside } from "../form-service/sheets.ts";
import { LetterError } from "../letter/error.ts";
import { lookAtDatabase } from "../outside/database.ts";
import { causeOf } from "../outside/log.ts";
import { readSettings, type Settings } from "../outside/settings.ts";
import { readContent } from "../site/read-content.ts";
import { runCommand } from "./command.ts";
import { checkCoreFiles } from "./core-files.ts";
import { checkMailDomain, type Finding } from "./mail-domain.ts";

const HELP = `
usage: npm run doctor

Looks whether this machine, the settings and the content are fit for npm start, and says what to do where they are not.
With a mail server it asks the DNS whether the sender's domain has what lets mail arrive, and prints the records to publish.`;

await runCommand(HELP, {}, async () => {
  const settings = readSettings(process.env);
  const findings = [
    checkNode(),
    checkGit(),
    await checkFolder(settings),
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

async function checkFolder({ dataDir }: Settings): Promise<Finding> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK);
    return { what: "the data folder can be written" };
  } catch {
    return { what: "the data folder cannot be written", mend: "set DATA_DIR to a folder of yours" };
  }
}

async function checkPort({ port }: Settings): Promise<Finding> {
  const error = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (cause: NodeJS.ErrnoException) => resolve(cause.code));
    server.listen(port, () => server.close(() => resolve(undefined)));
  });
  return {
    what: `port ${port}`,
    mend: error === undefined ? undefined : "something listens there already; stop it, or set PORT to another number",
  };
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
    const setAside = await sheetsSetAside(store.query).finally(store.close);
    if (setAside.length === 0) return { what };
    const sheets = setAside.map(({ sheet, attempts, failure }) => `${sheet} (${attempts} times, last ${failure})`);
    return { what, mend: `sheets that cannot be filed: ${sheets.join(", ")}; the git host’s own pages may tell why` };
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
