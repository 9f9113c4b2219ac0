import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { expect } from "vitest";
import { suppress } from "../../../scripts/form-service/signing/suppression.ts";
import { keyedAddress } from "../../../scripts/form-service/store/address.ts";
import { makeDatabase } from "../../../scripts/form-service/store/campaign-database.ts";
import { openStore } from "../../../scripts/form-service/store/schema.ts";
import { makeBackupKey, writeBackup } from "../../../scripts/form-service/store/written-backup.ts";
import { noteHandover } from "../../../scripts/handover/handover-note.ts";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { formatNotice, noticePath } from "../../../scripts/letter/handover/notice.ts";
import { formatSheet } from "../../../scripts/letter/signature/sheet.ts";
import { campaignRepository, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { readPepper } from "../../../scripts/outside/seal/keys.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { attestedMessage, invent, ledger, service, sheetOf } from "../../letter/invented.ts";
import { acceptAll } from "../../support/campaigns/accept-all.ts";
import { makeHandedOver } from "../../support/campaigns/handed-over.ts";
import { fillVault, makeHandoverCampaign, makeWorkingFolder, TAG } from "../../support/campaigns/handover.ts";
import { day } from "../../support/campaigns/local-campaign.ts";
import { compiled } from "../../support/compiled.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import type { Changing, Fault } from "./table.ts";

/** How a command is called, so that nothing but the fault stands in its way. */
type Call = {
  readonly args: (dataDir: string) => readonly string[];
  /** what is typed */
  readonly input?: string;
  /** what has to be there first */
  readonly prepare?: (dataDir: string) => Promise<void>;
  /** another data folder than the prepared one */
  readonly dataDir?: (dataDir: string) => string;
  readonly changedLetter?: true;
};

type Ended = { readonly code: number | null; readonly stderr: string };

export type FaultyRuns = {
  /** Runs a command with a fault, and checks that it is refused in one line and has changed nothing. */
  refused(command: Changing, fault: Fault): Promise<void>;
  /** Runs it without any. */
  done(command: Changing): Promise<void>;
  remove(): void;
};

/** Why no file system of a test's own can be made here; undefined: it can. */
export function whyNoMounts(): string | undefined {
  try {
    execFileSync("unshare", [...NAMESPACE, "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"], { stdio: "pipe" });
    return undefined;
  } catch {
    return "this machine lets its user mount no file system, not even in a namespace of their own (unshare)";
  }
}

const isRoot = process.getuid?.() === 0;
const NAMESPACE = isRoot ? ["-m"] : ["-U", "-r", "-m"];
/** Somebody without any right, where the tests are run by root, whom no permission stops. */
const NOBODY = 65_534;

export async function openFaultyRuns(): Promise<FaultyRuns> {
  const random = fixedRandomness("faulty runs");
  const people = [0, 1].map((number) => invent(number, "name"));
  const campaign = await makeHandoverCampaign(people);
  const { folder, dataDir: origin, repository } = campaign;
  chmodSync(folder, 0o755);
  await fillVault(campaign, people);
  const contactsBag = formatBase64url(random(32));
  const handed = { kind: "handover", tag: TAG, publicBag: formatBase64url(random(32)), contactsBag } as const;
  const openHost = (dataDir: string) => openLocalGitHost(campaignRepository(dataDir), { folder, day });
  repository.git("tag", TAG, "main");
  repository.commit("main", "say what was handed over", { [noticePath(handed)]: formatNotice(handed) });
  const acceptor = { signer: ledger, attestationKey: service.publicKey, day, live: async () => undefined };
  const { main } = await acceptAll({ host: await openHost(origin), ...acceptor });
  const size = main.record.entries.length - 1;
  await noteHandover(origin, { tag: TAG, contactsBag, size, lost: 0 });
  const [keyFile, backup] = [join(folder, "backup.key"), join(folder, "backup.age")];
  const recipient = await makeBackupKey(keyFile);
  await writeBackup(readSettings({ DATA_DIR: origin }), backup, recipient, day);
  rmSync(join(origin, "backups.json"));
  chmodSync(keyFile, 0o644);
  chmodSync(backup, 0o644);
  mkdirSync(join(origin, "out"));
  const bags = await makeHandedOver(people);
  for (const path of [bags.folder, join(bags.identity, "..")]) chmodSync(path, 0o755);
  for (const path of [bags.bag, bags.contacts, bags.identity]) chmodSync(path, 0o644);
  const working = makeWorkingFolder(folder);
  const changed = makeWorkingFolder(folder, "changed");
  writeFileSync(join(changed, "content/en/letter.md"), "\nOne more sentence.\n", { flag: "a" });

  const sheet = sheetOf(7, [invent(7, "name").row]);
  const next = ["--tag", "handover/2026-12-02"];
  const CALLS: Readonly<Record<Changing, Call>> = {
    start: { args: () => [] },
    build: { args: (at) => [join(at, "out/site")] },
    moderate: {
      args: () => ["approve", sheet.sheet.slice(0, 8)],
      async prepare(at) {
        const host = await openHost(at);
        const message = attestedMessage(sheet);
        await host.file({ sheet: sheet.sheet, text: formatSheet(sheet), base: await host.head(), message, day });
      },
    },
    seed: { args: () => ["1"] },
    edition: { args: () => [], changedLetter: true },
    pause: { args: () => ["آری", "yes"] },
    "allow-mail": {
      args: () => [],
      input: "somebody@example.org\n",
      async prepare(at) {
        const store = await openStore(readSettings({ DATA_DIR: at }).database);
        const address = keyedAddress(await readPepper(at), "somebody@example.org");
        await store.change((query) => suppress(query, address, day)).finally(store.close);
      },
    },
    keys: { args: () => [], dataDir: (at) => join(at, "new") },
    backup: { args: (at) => [join(at, "out/backup.age"), "--to", recipient] },
    restore: {
      args: () => [backup, "--key", keyFile, "--yes", "--without-list", "--no-site"],
      dataDir: (at) => join(at, "new"),
    },
    mirror: { args: (at) => [join(at, "out/mirrors"), "--to", recipient] },
    remove: { args: () => ["2", "--yes"] },
    access: { args: (at) => ["--out", join(at, "out/answer")], input: `${people[0]!.withdrawalCode}\n` },
    erase: { args: (at) => [join(at, "campaign.git"), join(at, "out/erased.git")] },
    handover: { args: (at) => [...next, "--out", join(at, "out")] },
    "handover:contacts": {
      args: (at) => [...next, "--out", join(at, "out")],
      prepare: async (at) => void openRepositoryTag(at, "handover/2026-12-02"),
    },
    "handover:open": {
      args: (at) => [
        "--bag",
        bags.bag,
        "--contacts",
        bags.contacts,
        "--identity",
        bags.identity,
        "--out",
        join(at, "out/opened"),
      ],
    },
    "handover:left": { args: (at) => ["--tag", TAG, "--out", join(at, "out/now.left")] },
    purge: { args: () => ["--tag", TAG, "--receipt", Buffer.from(contactsBag, "base64url").toString("hex")] },
  };

  function openRepositoryTag(dataDir: string, tag: string): void {
    execFileSync("git", ["--git-dir", campaignRepository(dataDir), "tag", tag, "main"]);
  }

  let copies = 0;
  async function prepared(command: Changing): Promise<string> {
    const dataDir = join(folder, `copy-${++copies}`);
    cpSync(origin, dataDir, { recursive: true });
    await CALLS[command].prepare?.(dataDir);
    return dataDir;
  }

  function start(
    command: Changing,
    at: string,
    settings: Readonly<Record<string, string>>,
    { around = [], uid }: { around?: readonly string[]; uid?: number | undefined } = {},
  ): Promise<Ended> {
    const { args, input = "", changedLetter } = CALLS[command];
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const [, ...program] = scripts[command].replace(/^exec /, "").split(" ");
    const [first, ...rest] = [...around, process.execPath, ...program, ...args(at)] as [string, ...string[]];
    const child = spawn(first, rest, {
      cwd: changedLetter ? changed : working,
      env: { ...compiled, PATH: process.env.PATH, HOME: "/nonexistent", ...settings },
      stdio: "pipe",
      timeout: 120_000,
      killSignal: "SIGKILL",
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    return endOf(child);
  }

  const settingsOf = (command: Changing, at: string): Record<string, string> => ({
    DATA_DIR: CALLS[command].dataDir?.(at) ?? at,
    ...(command === "start" ? { PORT: "0" } : {}),
  });

  const RUNS: Readonly<Record<Fault, (command: Changing, at: string) => Promise<Ended>>> = {
    "no environment": async (command, at) => {
      const ended = await start(command, at, command === "start" ? { PORT: "0" } : {});
      expect(existsSync(join(working, ".data")) || existsSync(join(changed, ".data"))).toBe(false);
      return ended;
    },
    "no database": async (command, at) => {
      const path = join(folder, `none-${copies}.db`);
      const ended = await start(command, at, { ...settingsOf(command, at), DATABASE_URL: `sqlite:${path}` });
      expect(existsSync(path)).toBe(false);
      return ended;
    },
    "another's database": async (command, at) => {
      const path = join(folder, `others-${copies}.db`);
      const another = formatBase64url(random(32));
      await makeDatabase({ database: { kind: "sqlite", path } }, { entries: [] }, another);
      const before = readFileSync(path);
      const ended = await start(command, at, { ...settingsOf(command, at), DATABASE_URL: `sqlite:${path}` });
      expect(readFileSync(path).equals(before)).toBe(true);
      return ended;
    },
    "no data folder": async (command, at) => {
      const path = join(folder, `none-${copies}`);
      const ended = await start(command, at, { ...settingsOf(command, at), DATA_DIR: path });
      expect(existsSync(path)).toBe(false);
      return ended;
    },
    "no rights": async (command, at) => {
      execFileSync("chmod", ["-R", "a+rX,a-w", at]);
      const ended = await start(command, at, settingsOf(command, at), { uid: isRoot ? NOBODY : undefined });
      execFileSync("chmod", ["-R", "u+w", at]);
      return ended;
    },
    "full disk": async (command, at) => {
      const [original, result] = [`${at}.original`, `${at}.result`];
      cpSync(at, original, { recursive: true });
      mkdirSync(result);
      const script = [
        `mount -t tmpfs -o size=64m tmpfs ${at} && cp -a ${original}/. ${at}/ || exit 97`,
        `for size in 1M 4k; do dd if=/dev/zero of=${at}/fill-$size bs=$size; done 2>&-`,
        `"$@"; code=$?; rm -f ${at}/fill-*; cp -a ${at}/. ${result}/; exit $code`,
      ].join("\n");
      const around = ["unshare", ...NAMESPACE, "sh", "-c", script, "sh"];
      const ended = await start(command, at, settingsOf(command, at), { around });
      expect(contentOf(result)).toEqual(contentOf(at));
      return ended;
    },
  };

  return {
    async refused(command, fault) {
      const at = await prepared(command);
      const before = contentOf(at);
      const { code, stderr } = await RUNS[fault](command, at);
      expect(contentOf(at)).toEqual(before);
      // One line that says what to do: none that only somebody who knows the code could act on.
      const lines = stderr
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("error: "));
      expect(lines, stderr).toEqual([stderr.trimEnd().split("\n").at(-1)]);
      expect(lines[0]).not.toContain("unexpected: run again with DEBUG=1");
      expect(code, stderr).toBe(1);
    },
    async done(command) {
      const at = await prepared(command);
      const before = contentOf(at);
      const { code, stderr } = await start(command, at, settingsOf(command, at));
      expect(code, stderr).toBe(0);
      if (command !== "build") expect(contentOf(at)).not.toEqual(before);
    },
    remove() {
      bags.remove();
      campaign.remove();
    },
  };
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdout?.resume();
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

/**
 * The bytes of everything below a folder, as digests by path. Not the folders, nor empty files: what cannot be written on a
 * full disk has a name there at most. Nor the lock that a command holds while it works, and what SQLite keeps beside an
 * open database, which is empty when nothing was written. What a site is built into was named for that, and may be half a
 * site.
 */
function contentOf(folder: string): Record<string, string> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || /\block\.db$|\.db-shm$|\/out\/site\//.test(path)) return [];
    const bytes = entry.isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
    if (bytes.length === 0) return [];
    return [[relative(folder, path), createHash("sha256").update(bytes).digest("hex")] as const];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
