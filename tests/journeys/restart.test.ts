import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LOCAL_MODERATOR, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { people } from "../support/fixtures.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { makeDataDir, removeDataDir, startService } from "../support/servers/service.ts";
import { root } from "../support/source.ts";
import {
  type Asked,
  approve,
  codeIn,
  confirm,
  countOf,
  post,
  stateOf,
  submit,
  verified,
  waitForSheets,
  withdraw,
} from "./signatory.ts";

let mailServer: MailServer;
let dataDir: string;
beforeAll(async () => {
  mailServer = await startMailServer();
  dataDir = makeDataDir();
});
afterAll(async () => {
  await mailServer?.stop();
  removeDataDir(dataDir);
});

const start = (fileEvery: string) =>
  startService({ dataDir, settings: { MAIL_URL: mailServer.url, FILE_EVERY: fileEvery } });

async function ask(origin: string, who: keyof typeof people): Promise<{ asked: Asked; code: string }> {
  const { lang, name, place, email } = people[who];
  const asked = await submit(origin, { lang, shown: "name", name, place, email });
  return { asked, code: codeIn(await mailServer.waitForMail(email)) };
}

async function sign(origin: string, who: keyof typeof people): Promise<string> {
  const { asked, code } = await ask(origin, who);
  const withdrawalCode = await confirm(origin, asked, code);
  expect(withdrawalCode).toBeDefined();
  return withdrawalCode!;
}

it("goes on with every signature from where it was", async () => {
  // First: one that is accepted, one whose sheet will have been approved, one that waits for its review.
  let service = await start("200ms");
  const leaving = await sign(service.origin, "sara");
  await approve(service, await waitForSheets(service, 1));
  await expect.poll(() => countOf(service.origin)).toMatchObject({ listed: 1 });
  const approved = await sign(service.origin, "omid");
  const [sheet = ""] = await waitForSheets(service, 1);
  const filed = await sign(service.origin, "niamh");
  await waitForSheets(service, 2);
  await service.stop();

  // Then nothing is filed: one that is confirmed, one that was only asked for, one that leaves.
  service = await start("1h");
  const confirmed = await sign(service.origin, "alireza");
  const waiting = await ask(service.origin, "jean");
  await withdraw(service.origin, leaving);
  expect(await stateOf(service.origin, leaving)).toBe("withdrawn");
  await service.stop();
  await approveWithoutAccepting(sheet);
  // git was killed in the midst of a merge as well: its lock stays.
  writeFileSync(`${dataDir}/campaign.git/refs/heads/main.lock`, "");

  service = await start("200ms");
  await expect.poll(() => countOf(service.origin)).toMatchObject({ accepted: 2, withdrawn: 1 });
  expect(await stateOf(service.origin, approved)).toBe("accepted");
  for (const code of [filed, confirmed]) expect(await stateOf(service.origin, code)).toBe("pending");
  expect(await stateOf(service.origin, leaving)).toBe("withdrawn");
  // The address was only in memory; the code is in the mailbox, and is as good as before.
  const { lang, s } = waiting.asked;
  const again = await post(`${service.origin}/${lang}/confirm/resend/`, { s });
  expect(await again.text()).toContain("The code cannot be sent again");
  const late = await confirm(service.origin, waiting.asked, waiting.code);
  expect(late).toBeDefined();
  expect(await confirm(service.origin, waiting.asked, waiting.code)).toBe(late);

  const open = async () => {
    await approve(service, pending());
    return (await countOf(service.origin)).listed;
  };
  await expect.poll(open, { interval: 500 }).toBe(4);
  for (const code of [approved, filed, confirmed, late!]) {
    await expect.poll(() => stateOf(service.origin, code)).toBe("accepted");
  }
  expect(await verified(service, `${service.origin}/`)).toContain("ok: 5 accepted, 1 withdrawn, 4 listed, ");
  await service.stop();
});

function pending(): string[] {
  const branches = openRepository(`${dataDir}/campaign.git`).branches();
  return branches.flatMap((name) => /^pending\/(.*)/.exec(name)?.[1] ?? []);
}

/** What `moderate approve` leaves behind that dies after it has recorded the approval. */
async function approveWithoutAccepting(sheet: string): Promise<void> {
  const path = `${dataDir}/campaign.git`;
  const host = await openLocalGitHost(path, { folder: root, day: "2026-11-24" });
  const commit = openRepository(path).git("rev-parse", `refs/heads/pending/${sheet}`);
  await host.review(sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "" }, "2026-11-24");
}
