import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { WORDING_KINDS, wordingPath } from "../../letter/handover/wordings.ts";
import { parseCampaign } from "../../letter/text/campaign.ts";
import { readText } from "./object.ts";

/** Where the campaign is described, from the root of the repository. */
export const CAMPAIGN_PATH = "content/campaign.yaml";
const README = "signatures/README.md";

/** Where the letter is in this language. */
export function letterPath(lang: string): string {
  return `content/${lang}/letter.md`;
}

/** The files that a letter is made of, text by path from the repository's root: `campaign.yaml` and each `letter.md`. */
export async function readLetterFilesIn(folder: string): Promise<Map<string, string>> {
  const read = (path: string) =>
    readFile(join(folder, path), "utf8").catch((cause) => {
      throw new LetterError("content", `${path} cannot be read: it must be there`, { cause });
    });
  const campaign = await read(CAMPAIGN_PATH);
  const files = new Map([[CAMPAIGN_PATH, campaign]]);
  for (const lang of parseCampaign(campaign).languages) files.set(letterPath(lang), await read(letterPath(lang)));
  return files;
}

/**
 * What the repository of a campaign begins with: the letter's files, what people agree to or are told when they sign, and
 * the description of the record's formats.
 */
export async function readFirstFilesIn(folder: string): Promise<Map<string, string>> {
  const files = await readServedFilesIn(folder);
  const readme = await readFile(join(folder, README), "utf8").catch(() => undefined);
  return readme === undefined ? files : files.set(README, readme);
}

/** The letter's files, and what people agree to or are told when they sign, of which a campaign may lack some. */
export async function readServedFilesIn(folder: string): Promise<Map<string, string>> {
  const files = await readLetterFilesIn(folder);
  for (const lang of parseCampaign(files.get(CAMPAIGN_PATH) ?? "").languages) {
    for (const path of WORDING_KINDS.map((kind) => wordingPath(lang, kind))) {
      const text = await readFile(join(folder, path), "utf8").catch(() => undefined);
      if (text !== undefined) files.set(path, text);
    }
  }
  return files;
}

/** The reviewed letter of a commit: the ledger's origin and the text in each language. */
export async function readLetterAt(
  repository: string,
  commit: string,
): Promise<{ origin: string; texts: Map<string, string> }> {
  const read = async (path: string) => {
    const text = await readText(repository, commit, path);
    if (text === undefined) throw new LetterError("content", `${path} is not on main`);
    return text;
  };
  const campaign = parseCampaign(await read(CAMPAIGN_PATH));
  const texts = new Map<string, string>();
  for (const lang of campaign.languages) texts.set(lang, await read(letterPath(lang)));
  return { origin: campaign.ledger_origin, texts };
}
