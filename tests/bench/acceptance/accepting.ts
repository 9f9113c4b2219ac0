import { createHmac, hash } from "node:crypto";
import { join } from "node:path";
import { acceptAll } from "../../../scripts/accept/acceptance.ts";
import { inventRow, inventSheet } from "../../../scripts/accept/invented-signatures.ts";
import { readMainOnce } from "../../../scripts/accept/record/kept-main.ts";
import { parseBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { attestSheet } from "../../../scripts/letter/ledger/attestation.ts";
import { formatRoot } from "../../../scripts/letter/ledger/checkpoint.ts";
import { append, EMPTY_FRONTIER, leafHash, rootOf } from "../../../scripts/letter/ledger/tree.ts";
import { filingMessage } from "../../../scripts/letter/review/filing-message.ts";
import { formatMergeMessage } from "../../../scripts/letter/review/merge-message.ts";
import { formatRecord } from "../../../scripts/letter/signature/record.ts";
import { formatSheet, SHEET_ROWS } from "../../../scripts/letter/signature/sheet.ts";
import { writeCommit } from "../../../scripts/outside/git/commit.ts";
import { LOCAL_MODERATOR, type LocalGitHost, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { readRecordAt } from "../../../scripts/outside/git/record-at.ts";
import { MAIN, moveRefs } from "../../../scripts/outside/git/ref.ts";
import { readHead } from "../../../scripts/outside/git/repository.ts";
import { systemRandom } from "../../../scripts/outside/random.ts";
import { edition, ledger, service, texts } from "../../letter/invented.ts";
import { day, writeLetter } from "../../support/campaigns/local-campaign.ts";
import { acceptedAtOnce } from "../long-ledger.ts";

// A process of its own for each thing that is measured, because its memory is measured too: `accepting.ts WHAT FOLDER …`

const repositoryOf = (folder: string) => join(folder, "campaign.git");
const open = (folder: string) => openLocalGitHost(repositoryOf(folder), { folder, day });
const acceptorOf = (host: LocalGitHost) => ({
  ...{ host, signer: ledger, attestationKey: service.publicKey, day },
  live: async () => undefined,
});

/** Makes a campaign of so many signatures in this folder, in one commit. */
async function make(folder: string, signatures: number): Promise<void> {
  writeLetter(folder, texts);
  const host = await open(folder);
  const record = acceptedAtOnce(signatures);
  const root = formatRoot(rootOf(append(EMPTY_FRONTIER, record.entries.map(leafHash))));
  const files = new Map([...formatRecord(record)].map(([path, text]) => [`signatures/${path}`, text]));
  const from = await host.head();
  const settlement = { approvedBy: [], refused: [], leftOut: [], size: record.entries.length, root };
  const message = formatMergeMessage("accept at once", settlement);
  const commit = await writeCommit(host.repository, { parents: [from], files, message, committer: "accept", day });
  await moveRefs(host.repository, [{ ref: MAIN, from, to: commit }]);
}

/** Runs accept where nothing is to be accepted: what it does is to check main. */
async function check(folder: string): Promise<object> {
  const host = await open(folder);
  const [start, used] = [performance.now(), process.cpuUsage()];
  await acceptAll(acceptorOf(host));
  const { user, system } = process.cpuUsage(used);
  return {
    seconds: (performance.now() - start) / 1000,
    cpu: (user + system) / 1e6,
    size: (await readMainOnce(host)).record.size,
  };
}

/** Does what no check of these entries and rows can do without: a tree of the one, and an HMAC for each of the others. */
async function bare(folder: string): Promise<object> {
  const repository = repositoryOf(folder);
  const { entries, rows } = await readRecordAt(repository, await readHead(repository));
  const leaves = entries.map((line) => Buffer.from(`\0${line}`));
  const edition = Buffer.alloc(32);
  const messages = rows.map(({ opening, shown, name, lang, place, signed }) => {
    const fields = ["undersigned/v1/public", edition, shown, name, lang, place, signed].map((field) =>
      Buffer.from(field),
    );
    const length = (bytes: Buffer) => Buffer.of(bytes.length >> 8, bytes.length & 255);
    return [parseBase64url(opening, 32), Buffer.concat(fields.flatMap((bytes) => [length(bytes), bytes]))] as const;
  });
  const [start, used] = [performance.now(), process.cpuUsage()];
  let level: Buffer[] = leaves.map((leaf) => hash("sha256", leaf, "buffer"));
  while (level.length > 1) {
    const next: Buffer[] = [];
    for (let i = 0; i + 1 < level.length; i += 2)
      next.push(hash("sha256", Buffer.concat([Buffer.of(1), level[i]!, level[i + 1]!]), "buffer"));
    level = next;
  }
  for (const [key, message] of messages) createHmac("sha256", key).update(message).digest();
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

/** Takes turns at accepting a sheet onto each of these campaigns. */
async function sheets(folders: readonly string[], rounds: number): Promise<object> {
  const hosts = await Promise.all(folders.map(open));
  const seconds: number[][] = folders.map(() => []);
  const cpu: number[][] = folders.map(() => []);
  // The first turn has main checked, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, host] of hosts.entries()) {
      await fileSheet(host);
      const [start, used] = [performance.now(), process.cpuUsage()];
      const { outcomes } = await acceptAll(acceptorOf(host));
      if (outcomes.some(({ state }) => state !== "accepted")) throw new Error("a sheet was not accepted");
      const { user, system } = process.cpuUsage(used);
      if (round === 0) continue;
      seconds[i]!.push((performance.now() - start) / 1000);
      cpu[i]!.push((user + system) / 1e6);
    }
  }
  return { seconds, cpu };
}

async function fileSheet(host: LocalGitHost): Promise<void> {
  const invention = { edition, key: service, day, random: systemRandom };
  const made = inventSheet(
    invention,
    Array.from({ length: SHEET_ROWS }, () => inventRow(invention)),
  );
  const text = formatSheet(made);
  const message = filingMessage(made.sheet, {
    quarantined: false,
    attestation: attestSheet(made.sheet, text, service),
  });
  await host.file({ sheet: made.sheet, text, base: await host.head(), message, day });
  const commit = (await host.openSheets()).find(({ sheet }) => sheet === made.sheet)!.commit;
  await host.review(made.sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "" }, day);
}

const [what, folder = "", ...more] = process.argv.slice(2);
if (what === "make") await make(folder, Number(more[0]));
else if (what === "check") console.log(JSON.stringify(await check(folder)));
else if (what === "bare") console.log(JSON.stringify(await bare(folder)));
else console.log(JSON.stringify(await sheets([folder, more[0]!], Number(more[1]))));
