import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { findCanaries, findCanariesIn } from "../support/canaries.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { sizeOf } from "../support/project/budget.ts";
import { startMailServer } from "../support/servers/mail-server.ts";
import { removeDataDir, startService } from "../support/servers/service.ts";
import { post } from "./signatory.ts";

const PEOPLE = sizeOf("people who never confirm");
/** Links and codes that are looked for; each has hundreds of forms. What people wrote is found by its marks. */
const SAMPLE = 50;

it(`leaves nothing of ${PEOPLE} people who never confirmed outside their mailboxes`, async () => {
  const seed = String(inject("seed"));
  const random = fixedRandomness(seed);
  const syllable = () => ["ka", "na", "ry", "vo", "gel", "zan", "mir", "dou", "rez", "lin"][random(1)[0]! % 10]!;
  const word = () => Array.from({ length: 4 }, syllable).join("");
  const mailServer = await startMailServer();
  const temporary = mkdtempSync(join(tmpdir(), "undersigned-unconfirmed-"));
  const settings = { MAIL_URL: mailServer.url, LIMITS: "off", TMPDIR: temporary, FILE_EVERY: "1s" };
  const service = await startService({ settings });
  try {
    // Every name begins with a word that nobody else writes: one search finds all of them.
    const people = Array.from({ length: PEOPLE }, (_, i) => ({
      name: `Qanarikanary ${word()} ${word()}`,
      place: `Qanaristadt ${word()}`,
      email: `qanaribox.${word()}${i}@qanaridomain-${i % 50}.example`,
    }));
    const links: string[] = [];
    const queue = [...people.entries()];
    const work = async () => {
      for (let next = queue.pop(); next; next = queue.pop()) {
        const [i, person] = next;
        const shown = ["name", "initials", "hidden", "counted"][i % 4]!;
        const form = { ...person, shown, consent_handover: "yes", consent_public: "yes" };
        const answer = await post(`${service.origin}/${i % 2 ? "en" : "fa"}/sign/`, form);
        // While many mails wait the form is not taken; nothing of it may stay either.
        expect([303, 503]).toContain(answer.status);
        const location = answer.headers.get("location");
        if (location) links.push(new URL(location, service.origin).searchParams.get("s")!);
        await answer.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    expect(links.length).toBeGreaterThan(PEOPLE * 0.9);
    await expect.poll(() => mailServer.mails.length, { timeout: 600_000, interval: 500 }).toBe(links.length);
    const places = [service.dataDir, temporary];
    const some = <T>(all: readonly T[]) =>
      Array.from({ length: SAMPLE }, () => all[random(4).reduce((n, byte) => n * 256 + byte, 0) % all.length]!);
    const marks = ["Qanarikanary", "Qanaristadt", "qanaribox.", "@qanaridomain-"];
    const codes = some(mailServer.mails).map(({ text }) => /^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)![0]);
    const secrets = [...marks, ...some(links), ...codes];
    expect(findCanaries(marks, places)).toEqual([]);
    await service.stop();
    expect(findCanaries(secrets, places)).toEqual([]);
    expect(findCanariesIn(secrets, "the output", service.output())).toEqual([]);
    console.log(
      `seed ${seed}: ${links.length} forms taken, ${mailServer.mails.length} mails, nothing found in ${places.length} folders`,
    );
  } finally {
    await service.kill().catch(() => {});
    removeDataDir(service.dataDir);
    rmSync(temporary, { recursive: true, force: true });
    await mailServer.stop();
  }
}, 1_200_000);
