import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AcceptReport, Outcome } from "../../../scripts/accept/acceptance.ts";
import type { Acceptor } from "../../../scripts/accept/merge.ts";
import type { ReviewAct } from "../../../scripts/letter/review/moderation.ts";
import { formatSheet, type Sheet } from "../../../scripts/letter/signature/sheet.ts";
import type { Filing } from "../../../scripts/outside/git/host.ts";
import { LOCAL_MODERATOR, type LocalGitHost, openLocalGitHost } from "../../../scripts/outside/git/local-host.ts";
import { attestedMessage, ledger, service, texts } from "../../letter/invented.ts";
import { readLetterFile } from "../letters.ts";
import { madeOnce } from "../run-folder.ts";
import { acceptAll, type WholeReport } from "./accept-all.ts";
import { openRepository, type Repository } from "./repository.ts";

export const day = "2026-11-24";

/** A campaign in a folder of its own, with the invented letter and keys. */
export type TestCampaign = {
  folder: string;
  host: LocalGitHost;
  acceptor: Acceptor;
  /** Looks into the bare repository, and plays anyone who can push to it. */
  repository: Repository;
  /** Opens the same repository as another process would. */
  reopen: () => Promise<LocalGitHost>;
  filing: (sheet: Sheet) => Promise<Filing>;
  /** Files a sheet as the form service does and gives the commit of its branch. */
  file: (sheet: Sheet) => Promise<string>;
  review: (sheet: string, act: Partial<ReviewAct>) => Promise<void>;
  /** Files, approves with these lines in the review, accepts. */
  pass: (sheet: Sheet, orders?: string) => Promise<WholeReport>;
  accept: () => Promise<WholeReport>;
  remove: () => void;
};

export async function makeCampaign(): Promise<TestCampaign> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-campaign-"));
  // To begin a campaign takes git some twenty processes, so each test gets a copy of one that has begun.
  cpSync(await madeOnce("campaign", beginCampaign), folder, { recursive: true });
  const path = join(folder, "campaign.git");
  const reopen = () => openLocalGitHost(path, { folder, day });
  const host = await reopen();
  const acceptor = acceptorOf(host);
  const repository = openRepository(path);
  const filing = async (sheet: Sheet): Promise<Filing> => ({
    sheet: sheet.sheet,
    text: formatSheet(sheet),
    base: await host.head(),
    message: attestedMessage(sheet),
    day,
  });
  const file = async (sheet: Sheet) => {
    await host.file(await filing(sheet));
    return repository.git("rev-parse", `refs/heads/pending/${sheet.sheet}`);
  };
  const review = async (sheet: string, act: Partial<ReviewAct>) => {
    const commit = repository.git("rev-parse", `refs/heads/pending/${sheet}`);
    await host.review(sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "", ...act }, day);
  };
  return {
    folder,
    host,
    acceptor,
    repository,
    reopen,
    filing,
    file,
    review,
    async pass(sheet, orders = "") {
      await file(sheet);
      if (sheet.kind === "signatures") await review(sheet.sheet, { body: orders });
      return acceptAll(acceptor);
    },
    accept: () => acceptAll(acceptor),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Writes the letter and a repository in which its edition is accepted. */
async function beginCampaign(folder: string): Promise<void> {
  writeLetter(folder, texts);
  await acceptAll(acceptorOf(await openLocalGitHost(join(folder, "campaign.git"), { folder, day })));
}

function acceptorOf(host: LocalGitHost): Acceptor {
  return { host, signer: ledger, attestationKey: service.publicKey, day, live: async () => undefined };
}

/** Writes `content/` of a campaign with these texts. */
export function writeLetter(folder: string, letters: ReadonlyMap<string, string>): void {
  const campaign = readLetterFile("iran", "campaign.yaml");
  mkdirSync(join(folder, "content"), { recursive: true });
  writeFileSync(join(folder, "content/campaign.yaml"), campaign);
  for (const [lang, text] of letters) {
    mkdirSync(join(folder, "content", lang), { recursive: true });
    writeFileSync(join(folder, "content", lang, "letter.md"), text);
  }
}

/** What became of one sheet. */
export function outcomeOf(report: AcceptReport, sheet: string): Outcome | undefined {
  return report.outcomes.find((outcome) => outcome.sheet === sheet);
}
