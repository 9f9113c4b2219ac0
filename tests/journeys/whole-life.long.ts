import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { openRepository } from "../support/campaigns/repository.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { freePort, type Outcome, runCommand, type Service, startService } from "../support/servers/service.ts";
import { root } from "../support/source.ts";
import { checkNoTrace, checkNotNamed, checkOpened, done, idIn, newFolder, refused } from "./recipient.ts";
import { approve, countOf, post, stateOf, verified, withdraw } from "./signatory.ts";
import { inventTwelve, leaveByAddress, type Signatory, signAll, waitForCount } from "./twelve.ts";

const DAY = 24 * 3_600_000;
const day = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

describe("the whole life of a letter that twelve people sign", () => {
  let mailServer: MailServer;
  let folder: string;
  let service: Service | undefined;
  beforeAll(async () => {
    mailServer = await startMailServer();
  });
  afterEach(async () => {
    await service?.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => mailServer.stop());

  for (const ending of ["counts", "names"] as const)
    it(`ends with after_purge: ${ending}`, { timeout: 600_000 }, async () => {
      folder = mkdtempSync(join(tmpdir(), "undersigned-life-"));
      const project = copyProject(join(folder, "project"));
      const dataDir = newFolder(folder, "data");
      const [site, out, custodian] = [join(dataDir, "site"), join(folder, "handover"), newFolder(folder, "custodian")];
      const settings = { MAIL_URL: mailServer.url, FILE_EVERY: "300ms", PORT: String(await freePort()) };
      const start = async () => {
        service = await startService({ dataDir, project, settings });
        return service;
      };
      const run = (command: string, ...args: string[]): Promise<Outcome> =>
        runCommand(command, args, { ...settings, DATA_DIR: dataDir }, project);
      const people = inventTwelve(`whole life ${ending} ${inject("seed")}`);
      const [byCode, later, byAddress] = [people[0]!, people[1]!, people[5]!];
      const [left, rest] = [[byCode, byAddress], people.filter((one) => one !== byCode && one !== byAddress)];
      const unnamed = rest.filter(({ shown }) => shown === "hidden" || shown === "counted");
      const tag = `handover/${day(0)}`;

      // Twelve sign; a moderator approves; the time for signing ends.
      change(project, `after_purge: ${ending}`, /^after_purge: .*$/m);
      change(project, "  contact: details@example.net", /^ {2}# contact: .*$/m);
      let running = await start();
      await signAll(running, mailServer, people);
      for (let listed = 0; listed < 12; listed = Number((await countOf(running.origin)).listed))
        await approve(running, pendingOf(running));
      await checkVerified("12 accepted, 0 withdrawn, 12 listed");
      await running.stop();
      change(project, `closes: ${day(-1)}\nhand_over_by: ${day(7)}\ndestroy_by: ${day(14)}`, /^# closes: .*$/m);
      running = await start();
      const late = await post(`${running.origin}/en/sign/`, { shown: "counted", email: "late@example.org" });
      expect(await late.text()).toContain("Closed for signing");

      // Handed over, and opened with and without asking what has happened since.
      const made = await done(run("handover", "--tag", tag, "--out", out));
      await done(run("handover:contacts", "--tag", tag, "--out", out));
      const [bag, contacts] = ["handover", "contacts"].map((name) => `${name}-${day(0)}.tar`) as [string, string];
      expect(readdirSync(out).sort()).toEqual([contacts, `handover-${day(0)}.md`, bag].sort());
      for (const name of [bag, contacts]) cpSync(join(out, name), join(custodian, name));
      const open = (to: string, ...args: string[]) => openBags(folder, { bag, contacts }, to, args);
      const blind = await done(open("opened"));
      expect(blind).toContain("all of it agrees");
      expect(blind).not.toContain("Everything agrees");
      const seen = await done(open("opened", "--site", `${running.origin}/`));
      expect(seen).toContain("Everything agrees");
      expect(seen).toMatch(/, 0 deleted\n$/);
      checkOpened(join(folder, "opened"), people);
      expect(seen).toContain(/\nsha256 ([0-9a-f]{64})\n/.exec(made)![1]);
      await checkVerified("12 accepted, 0 withdrawn, 12 listed");

      // Two leave.
      await withdraw(running.origin, byCode.withdrawalCode);
      await leaveByAddress(running, mailServer, byAddress);
      await waitForCount(running, { withdrawn: 2, listed: 10 });
      for (const one of left) expect(await stateOf(running.origin, one.withdrawalCode)).toMatch(/withdrawn|unknown/);
      await checkVerified("12 accepted, 2 withdrawn, 10 listed");
      expect(readdirSync(out).filter((name) => name.endsWith(".tar"))).toEqual([]);
      for (const command of ["handover", "handover:contacts"])
        expect(await refused(run(command, "--tag", tag, "--out", out))).toContain("2 people have left since");

      // The recipient learns it from the site, or from a file without a network; of the old bags nobody comes back.
      const now = join(folder, "now.left");
      expect(await done(run("handover:left", "--tag", tag, "--out", now))).toContain("2 have left since");
      await checkLeft(await done(open("offline", "--site", now)), left, "offline", "all of it agrees");
      const keys = join(dataDir, "demo-custodian/recipients.txt");
      const asked = await done(open("opened", "--site", `${running.origin}/`, "--reseal", keys));
      await checkLeft(asked, left, "opened", "Everything agrees");
      // From here on the custodian has the bag without them.
      const resealed = join(folder, `opened/contacts-${day(0)}-resealed.tar`);
      for (const one of left)
        expect([join(custodian, contacts), resealed].map((path) => readFileSync(path).includes(idIn(one)))).toEqual([
          true,
          false,
        ]);
      renameSync(resealed, join(custodian, contacts));
      const receipt = await done(open("opened", "--site", `${running.origin}/`));
      await checkLeft(receipt, left, "opened", "Everything agrees");
      expect(receipt.split("\n").at(-2)).toBe(asked.split("\n").at(-2));
      const again = join(folder, "again");
      await done(run("handover", "--tag", `handover/${day(1)}`, "--out", again));
      checkNoTrace(left, [site, again]);
      await checkVerified("12 accepted, 2 withdrawn, 10 listed");
      const kept = join(folder, "kept");
      cpSync(join(site, "list"), kept, { recursive: true });
      const lie = copyWithoutList(site, join(folder, "lie"));
      expect((await runCommand("verify", [lie], {}, project)).stdout).toMatch(/\nfailed: [^\n]+\n$|^failed: [^\n]+\n$/);

      // What was held is destroyed, once the recipient has said which bag it has and how many it deleted.
      const [, sha256] = /contacts bag sha256 ([0-9a-f]{64}), .*, 2 deleted\n$/.exec(receipt)!;
      expect(await refused(run("purge", "--tag", tag, "--receipt", sha256!, "--deleted", "2"))).toContain(
        "stop it first",
      );
      await running.stop();
      const told = await run("purge", "--tag", tag);
      expect([told.code, told.stdout]).toEqual([1, expect.stringContaining("--receipt SHA256 --deleted N")]);
      expect(await refused(run("purge", "--tag", tag, "--receipt", sha256!))).toContain("--deleted");
      expect(await refused(run("purge", "--tag", tag, "--receipt", sha256!, "--deleted", "0"))).toContain("which is 2");
      await checkVerified("12 accepted, 2 withdrawn, 10 listed");
      await done(run("purge", "--tag", tag, "--receipt", sha256!, "--deleted", "2"));
      expect(readdirSync(again)).toEqual([]);
      checkNoTrace(left, [dataDir]);
      checkNotNamed(unnamed, [dataDir]);
      expect(await done(run("verify", site, "--list", kept))).toMatch(/\nok: 12 accepted, 2 withdrawn, /);

      running = await start();
      if (ending === "counts") await endsWithCounts(running);
      else await endsWithNames(running);
      await running.stop();

      async function endsWithCounts({ origin }: Service): Promise<void> {
        await checkVerified("12 accepted, 2 withdrawn, 0 listed");
        checkNoTrace(people, [dataDir]);
        expect(await countOf(origin)).toMatchObject({ listed: 0, taken_down: true });
        for (const [path, words] of [
          ["/en/signatures/", "The list has been taken down"],
          ["/fa/signatures/1/", "برداشته شده"],
          ["/list/000.md", ""],
        ] as const) {
          const gone = await fetch(`${origin}${path}`);
          expect([gone.status, await gone.text()]).toEqual([410, expect.stringContaining(words)]);
        }
        expect(await refused(run("handover", "--tag", tag, "--out", out))).toContain(
          "what was held has been destroyed",
        );
        expect(openRepository(join(dataDir, "campaign.git")).git("tag")).toBe("");
        for (const fields of [{ code: rest[0]!.withdrawalCode }, { email: rest[0]!.email }]) {
          const answer = await post(`${origin}/en/withdraw/`, fields as Record<string, string>);
          expect([answer.status, await answer.text()]).toEqual([410, expect.stringContaining("details@example.net")]);
        }
        await checkLeft(await done(open("opened", "--site", `${origin}/`)), left, "opened", "Everything agrees");
      }

      async function endsWithNames(running: Service): Promise<void> {
        const { origin } = running;
        await checkVerified("12 accepted, 2 withdrawn, 10 listed");
        checkNotNamed(unnamed, [dataDir]);
        expect(await stateOf(origin, later.withdrawalCode)).toBe("accepted");
        const byMail = await post(`${origin}/en/withdraw/`, { email: later.email });
        expect([byMail.status, await byMail.text()]).toEqual([
          410,
          expect.stringContaining("With your withdrawal code"),
        ]);
        expect(await (await fetch(`${origin}/fa/signatures/`)).text()).toContain(later.name);
        await withdraw(origin, later.withdrawalCode);
        await waitForCount(running, { withdrawn: 3, listed: 9 });
        await checkVerified("12 accepted, 3 withdrawn, 9 listed");
        checkNoTrace([...left, later], [site]);
        expect(await stateOf(origin, later.withdrawalCode)).toMatch(/withdrawn|unknown/);
        const gone = [...left, later];
        await checkLeft(await done(open("opened", "--site", `${origin}/`)), gone, "opened", "Everything agrees");
      }

      async function checkVerified(counts: string): Promise<void> {
        const places = [site, ...((await isUp()) ? [`${running.origin}/`] : [])];
        for (const place of places) expect(await verified({ run } as Service, place)).toContain(`ok: ${counts}, `);
      }

      function isUp(): Promise<boolean> {
        return fetch(`${running.origin}/healthz`).then(
          (answer) => answer.ok,
          () => false,
        );
      }

      async function checkLeft(report: string, gone: readonly Signatory[], to: string, words: string): Promise<void> {
        expect(report).toContain(words);
        for (const one of gone) expect(report).toContain(`id ${idIn(one)}`);
        expect(report).toMatch(new RegExp(`, ${gone.length} deleted\n$`));
        checkOpened(
          join(folder, to),
          people.filter((one) => !gone.includes(one)),
        );
        checkNoTrace(gone, [join(folder, to)]);
      }
    });
});

/** The project with a `content/` of its own, as somebody has it who changes it. */
function copyProject(project: string): string {
  newFolder(project);
  for (const name of ["package.json", ".eleventy.js", "content", "signatures"])
    cpSync(join(root, name), join(project, name), { recursive: true });
  for (const name of ["scripts", "node_modules"]) symlinkSync(join(root, name), join(project, name));
  return project;
}

function change(project: string, to: string, from: RegExp): void {
  const file = join(project, "content/campaign.yaml");
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
}

function pendingOf({ dataDir }: Service): string[] {
  const branches = openRepository(join(dataDir, "campaign.git")).branches();
  return branches.flatMap((name) => /^pending\/(.*)/.exec(name)?.[1] ?? []);
}

/** Opens both bags as the custodian does, on another computer: with the key, and nothing else of the campaign. */
function openBags(
  folder: string,
  { bag, contacts }: { bag: string; contacts: string },
  to: string,
  args: readonly string[],
): Promise<Outcome> {
  const at = (name: string) => join(folder, "custodian", name);
  const key = join(folder, "data/demo-custodian/custodian-1.key");
  const bags = ["--bag", at(bag), "--contacts", at(contacts), "--identity", key, "--out", join(folder, to)];
  return runCommand("handover:open", [...bags, ...args]);
}

/** A site whose owner took the list down before anything was destroyed, and says so plainly. */
function copyWithoutList(site: string, copy: string): string {
  cpSync(site, copy, { recursive: true, dereference: true });
  rmSync(join(copy, "list"), { recursive: true });
  const file = join(copy, "count.json");
  const { shown, ...count } = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...count, listed: 0, taken_down: true }));
  return copy;
}
