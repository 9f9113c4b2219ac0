import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tables } from "../../scripts/form-service/store/schema.ts";
import { lookAtDatabase } from "../../scripts/outside/database/open.ts";
import { readCapturedMails } from "../../scripts/outside/mail/captured.ts";
import { texts } from "../letter/invented.ts";
import type { Machine } from "../lives/machine.ts";
import { confirm, leaveByCode, signForm } from "../lives/signing.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { runCommand, type Service, startService } from "../support/servers/service.ts";
import { root } from "../support/source.ts";
import { noteDecided } from "./moderating.ts";
import { nodeAt } from "./programs.ts";
import type { Operated } from "./world.ts";

/** Whether this clone has a commit; a shallow one may not. */
export function hasCommit(commit: string): boolean {
  try {
    execFileSync("git", ["-C", root, "cat-file", "-e", `${commit}^{commit}`], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Begins the campaign with an older program: one person is on the list, one waits on a sheet, one has left, and one has a
 * code in the mail. Today's program goes on with its data folder.
 */
export async function beginOlder(operated: Operated, commit: string): Promise<void> {
  const { life } = operated;
  await life.machine.stop();
  const dataDir = life.newDataDir();
  for (const name of ["keys", "demo-custodian"])
    cpSync(join(life.machine.dataDir, name), join(dataDir, name), { recursive: true });
  const project = checkOut(join(life.folder, `older-${commit}`), commit);
  const settings = { DATA_DIR: dataDir, FILE_EVERY: "300ms", LIMITS: "off", ...nodeAt(life.clock.now()) };
  const service = await startService({ project, dataDir, settings });
  const before = life.machine;
  const store = await lookAtDatabase<Tables>({ kind: "sqlite", path: join(dataDir, "service.db") });
  life.machine = { ...before, ...olderMachine(service), store: { ...before.store, ...store } };
  try {
    const [listed, left] = [await signUp(operated), await signUp(operated)];
    await approveAll(operated, service, project, settings);
    await leaveByCode(life, left);
    listed.stage = "accepted";
    await signUp(operated);
    await signForm(life, "name", "en");
    await sleep(1000);
  } finally {
    await store.close();
    await service.stop();
  }
  life.machine = await life.open(dataDir, undefined);
  await noteDecided(life);
  for (const person of life.people) if (person.stage === "submitted") await confirm(life, person);
}

/** The project as it was, with the letter of this campaign. */
function checkOut(project: string, commit: string): string {
  mkdirSync(project, { recursive: true });
  const archive = execFileSync("git", ["-C", root, "archive", commit], { maxBuffer: 1 << 30 });
  execFileSync("tar", ["-x", "-C", project], { input: archive });
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  for (const [lang, text] of texts) writeFileSync(join(project, "content", lang, "letter.md"), text);
  return project;
}

/** What the steps of a person need of a machine: here it is another process. */
function olderMachine({ origin, dataDir }: Service): Pick<Machine, "dataDir" | "post" | "mails"> {
  const codes = new Map<string, string>();
  const read = async () => {
    for (const { to, text } of (await readCapturedMails(join(dataDir, "mail"), 1000)).toReversed())
      codes.set(to, /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)?.[0] ?? "");
  };
  return {
    dataDir,
    mails: { takeCode: (email: string) => codes.get(email) } as Machine["mails"],
    async post(path, form) {
      const init = { method: "POST", body: new URLSearchParams(form), redirect: "manual" } as const;
      const answer = await fetch(new URL(path, origin), init);
      for (let tries = 0; form.email && !codes.has(form.email) && tries < 600; tries++) {
        await sleep(50);
        await read();
      }
      return answer;
    },
  };
}

async function signUp({ life }: Operated) {
  const person = await signForm(life, "name", "en");
  if (person === undefined) throw new Error("the older program takes no form");
  await confirm(life, person);
  return person;
}

/** Approves what waits until both who have signed are on the list. */
async function approveAll(
  { life }: Operated,
  { dataDir }: Service,
  project: string,
  settings: Record<string, string>,
): Promise<void> {
  const repository = openRepository(join(dataDir, "campaign.git"));
  for (let tries = 0; tries < 100; tries++) {
    const sheets = repository.branches().flatMap((name) => /^pending\/(.*)/.exec(name)?.[1] ?? []);
    for (const sheet of sheets) await runCommand("moderate", ["approve", sheet], settings, project);
    const count = JSON.parse(readFileSync(join(dataDir, "site/count.json"), "utf8")) as { listed: number };
    if (count.listed === life.people.length) return;
    await sleep(300);
  }
  throw new Error("the older program has not accepted them");
}
