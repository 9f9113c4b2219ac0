import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkErasure } from "../../scripts/handover/requests/erasure-due.ts";
import { dayAfter } from "../../scripts/letter/bytes/day.ts";
import { openCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { formatReceipt, openReceipt, parseReceipt } from "../../scripts/letter/ledger/receipt.ts";
import { append, assertConsistency, EMPTY_FRONTIER, leafHash, rootOf } from "../../scripts/letter/ledger/tree.ts";
import { consistencyProof, inclusionProof } from "../../scripts/letter/ledger/tree-proof.ts";
import { publishedFiles } from "../../scripts/letter/published/files.ts";
import { publicCommitment } from "../../scripts/letter/signature/row.ts";
import { findLeftRows } from "../../scripts/outside/git/left-rows.ts";
import { readRecordAt } from "../../scripts/outside/git/record-at.ts";
import { attested, edition, invent, keys, ledger, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { day, makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { findCanaries, findCanariesIn } from "../support/canaries.ts";
import { root } from "../support/source.ts";

// Somebody leaves after a while, somebody was refused, others stay.
const named = (number: number, name: string) => {
  const { row: whole, contact } = invent(number, "name");
  const { attestation: _, ...row } = whole;
  return { row: attested({ ...row, name }), contact };
};
const stays = named(12, "Parvaneh Mandegar");
const leaves = named(20, "زرین رفتنی");
const refused = named(28, "Bahram Naborde");
const early = named(36, "Kaveh Zudrafte");
const gone = [leaves, refused, early].flatMap(({ row, contact }) => [
  row.name,
  row.opening,
  contact.email,
  contact.opening,
]);
const formats = readFileSync(join(root, "signatures/README.md"), "utf8");
let campaign: TestCampaign;
let to: string;
const checkpoints: string[] = [];
let receipt: string;
const main = async (path = campaign.repository.path) =>
  readRecordAt(path, openRepository(path).git("rev-parse", "main"));
const erase = (...args: string[]) =>
  execFileSync(process.execPath, [join(root, "scripts/cli/erase.ts"), ...args], {
    encoding: "utf8",
    stdio: "pipe",
    env: { ...process.env, DATA_DIR: campaign.folder },
  });

beforeAll(async () => {
  campaign = await makeCampaign();
  to = join(campaign.folder, "new.git");
  const keep = async () => checkpoints.push((await main()).checkpoint!);
  await keep();
  campaign.repository.commit("main", "formats", { "signatures/README.md": formats });
  // Who withdraws while the sheet waits is left out of it, and is on it for ever.
  await campaign.pass(withdrawalsOf(9, [early.row.id]));
  await campaign.pass(
    sheetOf(1, [stays.row, leaves.row, refused.row, early.row]),
    `refuse ${refused.row.id} fake-name`,
  );
  await keep();
  const { entries, rows, checkpoint } = await main();
  const index = rows.find(({ opening }) => opening === leaves.row.opening)!.index;
  // The tags of a handover point to commits whose list has the row.
  campaign.repository.git("tag", "handover/2026-12-01", "main");
  campaign.repository.git(
    "-c",
    "user.name=o",
    "-c",
    "user.email=o@example.org",
    "tag",
    "-am",
    "over",
    "handover/2026-12-02",
    "main",
  );
  const proof = inclusionProof(
    index,
    entries.map((line) => leafHash(line)),
  );
  receipt = formatReceipt({ index, proof, checkpoint: checkpoint! });
  await campaign.pass(withdrawalsOf(2, [leaves.row.id]));
  await keep();
});
afterAll(() => campaign.remove());

describe("erase", () => {
  it("refuses what is no repository, and while a sheet is open, and a folder that is there", async () => {
    expect(() => erase(join(campaign.folder, "none"), to)).toThrow(/no git repository/);
    const open = sheetOf(3, [invent(44, "name").row]);
    await campaign.file(open);
    expect(() => erase(campaign.repository.path, to)).toThrow(/a sheet is open/);
    await campaign.pass(open);
    expect(() => erase(campaign.repository.path, campaign.folder)).toThrow(/is there already/);
    checkpoints.push((await main()).checkpoint!);
  });

  it("leaves no byte of the rows that are gone in any object, and the others where they were", async () => {
    expect(findCanaries(gone, [campaign.repository.path]).length).toBeGreaterThan(0);
    const before = await main();
    const due = { dataDir: campaign.folder, gitHost: { kind: "local" } } as const;
    const { what, mend } = await checkErasure(due, dayAfter(day, 30));
    expect([what, mend]).toEqual([expect.stringContaining(`refused: 3, the oldest since ${day}`), undefined]);
    expect((await checkErasure(due, dayAfter(day, 31))).mend).toMatch(/31 days.*npm run erase.*erasing\.md/);
    const said = JSON.parse(erase(campaign.repository.path, to, "--json"));
    expect(said.erased).toBeGreaterThanOrEqual(3);
    expect(readFileSync(join(campaign.folder, "requests.log"), "utf8")).toMatch(/^\d{4}-\d\d-\d\d erase done\n$/);
    // An attestation of an accepted row is in the ledger: it is only over the commitment.
    expect(findCanaries([...gone, refused.row.attestation], [to])).toEqual([]);
    expect(findCanaries([stays.row.name], [to]).length).toBeGreaterThan(0);
    expect(await main(to)).toEqual(before);
    // The formats are explained by examples that look like rows.
    expect(openRepository(to).git("show", "main:signatures/README.md")).toBe(formats.trimEnd());
    const site = [...publishedFiles(await main(to), keys)].map(([, content]) =>
      Buffer.from(content).toString("latin1"),
    );
    expect(findCanariesIn(gone, "site", site.join("\n"))).toEqual([]);
    expect(
      openRepository(to)
        .log("main")
        .map(({ message }) => message),
    ).toEqual(
      openRepository(campaign.repository.path)
        .log("main")
        .map(({ message }) => message),
    );
    openRepository(to).git("fsck", "--strict");
    const files = (path: string) =>
      openRepository(path).git(
        "ls-tree",
        "-r",
        "main",
        "signatures/accepted",
        "signatures/ledger",
        "signatures/notices",
      );
    expect(files(to)).toBe(files(campaign.repository.path));
    const refs = (path: string) => openRepository(path).git("for-each-ref", "--format=%(refname)");
    expect(refs(to)).toBe(refs(campaign.repository.path));
    expect(refs(to)).toMatch(/refs\/proposals\/[\s\S]*refs\/tags\/handover\/2026-12-01\n/);
    const merges = (path: string) => openRepository(path).git("rev-list", "--count", "--min-parents=2", "main");
    expect([merges(to), Number(merges(to)) >= 2]).toEqual([merges(campaign.repository.path), true]);
    expect(await findLeftRows(to, openRepository(to).git("rev-parse", "main"))).toEqual({ rows: 0, oldest: undefined });
  });

  it("leaves every earlier checkpoint and receipt valid", async () => {
    const { entries } = await main(to);
    const hashes = entries.map((line) => leafHash(line));
    const last = openCheckpoint((await main(to)).checkpoint!, ledger.verifier);
    for (const note of checkpoints) {
      const { size, root: old } = openCheckpoint(note, ledger.verifier);
      expect(rootOf(append(EMPTY_FRONTIER, hashes.slice(0, size)))).toEqual(old);
      assertConsistency(size, old, last.size, last.root, consistencyProof(size, hashes));
    }
    const kept = parseReceipt(receipt);
    expect(openReceipt(kept, entries[kept.index]!, ledger.verifier).size).toBe(last.size - 3);
  });

  it("leaves a commitment that opens with no guess of the name", async () => {
    const { entries } = await main(to);
    const commitment = publicCommitment(leaves.row, edition);
    const index = entries.findIndex((line) => line.includes(commitment));
    expect(index).toBe(parseReceipt(receipt).index);
    // Anyone who guesses every cell right still lacks 32 random bytes; no opening that is left anywhere gives it.
    const left = (await main(to)).rows.map(({ opening }) => opening);
    for (const opening of [...left, "A".repeat(43), refused.row.opening])
      expect(publicCommitment({ ...leaves.row, opening }, edition)).not.toBe(commitment);
  });
});
