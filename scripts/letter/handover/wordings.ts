import { parsePlainYaml } from "../text/front-matter.ts";

/** The texts of `content/LANG/` that people agree to, or that tell them what they agree to. */
export const WORDING_KINDS = [
  "consent-handover",
  "consent-public",
  "notice",
  "safety",
  "staying-safe",
  "privacy",
] as const;

export type WordingKind = (typeof WORDING_KINDS)[number];

/** Days on which a wording was on main; both may have been seen on a day of change. Without `until` it still was at the tag. */
export type Span = { readonly from: string; readonly until?: string };

/** One wording of one text in one language, with its days. A text that was brought back is one wording with two spans. */
export type Wording = {
  readonly lang: string;
  readonly kind: WordingKind;
  /** from 1, in the order in which main had them first */
  readonly number: number;
  readonly text: string;
  readonly spans: readonly Span[];
};

/** What happened on main on a day: the new texts of files by path, undefined for a file that is gone. */
export type TextChange = { readonly day: string; readonly files: ReadonlyMap<string, string | undefined> };

const CAMPAIGN = "content/campaign.yaml";
const PATH = new RegExp(`^content/([a-z]{2,3})/(${WORDING_KINDS.join("|")})\\.md$`);

/** The path of such a text, from the root of the repository. */
export function wordingPath(lang: string, kind: WordingKind): string {
  return `content/${lang}/${kind}.md`;
}

/** Whether a wording depends on this file: it is such a text, or names the recipient that a consent is filled with. */
export function bearsOnWordings(path: string): boolean {
  return path === CAMPAIGN || PATH.test(path);
}

/**
 * Finds every wording in a history, as it was shown: with the recipient's name that `campaign.yaml` had on that day. So
 * another recipient makes another wording of a consent, even if its file stays the same.
 *
 * @param changes oldest first
 * @returns by language, then in the order of `WORDING_KINDS`
 */
export function wordingsOf(changes: readonly TextChange[]): Wording[] {
  const files = new Map<string, string>();
  const found = new Map<string, Draft[]>();
  for (const { day, files: changed } of changes) {
    for (const [path, text] of changed) {
      if (text === undefined) files.delete(path);
      else files.set(path, text);
      if (PATH.test(path) && !found.has(path)) found.set(path, []);
    }
    const campaign = files.get(CAMPAIGN) ?? "";
    for (const [path, drafts] of found) note(drafts, day, shown(path, files.get(path), campaign));
  }
  return [...found]
    .map(([path, drafts]) => ({ ...placeOf(path), drafts }))
    .sort((a, b) => (a.lang < b.lang ? -1 : a.lang > b.lang ? 1 : orderOf(a.kind) - orderOf(b.kind)))
    .flatMap(({ lang, kind, drafts }) =>
      drafts.map(({ text, spans }, i) => ({ lang, kind, number: i + 1, text, spans })),
    );
}

type Draft = { readonly text: string; readonly spans: { readonly from: string; until?: string }[] };

/** Notes which text is shown from this day on: undefined for none. */
function note(drafts: Draft[], day: string, text: string | undefined): void {
  const now = drafts.find(({ spans }) => spans.at(-1)?.until === undefined);
  if (now?.text === text) return;
  const span = now?.spans.at(-1);
  if (span) span.until = day;
  if (text === undefined) return;
  const known = drafts.find((draft) => draft.text === text);
  if (known) known.spans.push({ from: day });
  else drafts.push({ text, spans: [{ from: day }] });
}

function shown(path: string, text: string | undefined, campaign: string): string | undefined {
  return text?.replaceAll("{recipient}", (whole) => recipientIn(campaign, placeOf(path).lang) ?? whole);
}

/** Reads no more than the name, because an older file may break a rule that was made later. */
function recipientIn(campaign: string, lang: string): string | undefined {
  try {
    const { recipient } = parsePlainYaml(campaign) as { recipient?: { name?: Record<string, unknown> } };
    const name = recipient?.name?.[lang];
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}

function placeOf(path: string): { lang: string; kind: WordingKind } {
  const [, lang = "", kind = ""] = PATH.exec(path) ?? [];
  return { lang, kind: kind as WordingKind };
}

function orderOf(kind: WordingKind): number {
  return WORDING_KINDS.indexOf(kind);
}
