/** Names by which the template's letter is known: what it is about, to whom it goes, who receives the signatures. */
const SUBJECT = [
  ["Iran", "ایران"],
  ["Amnesty", "عفو بین‌الملل"],
  ["United Nations", "سازمان ملل"],
  ["Guterres", "گوترش"],
] as const;

/** Names that only its further texts have. */
const FURTHER = [
  "Secretary-General",
  "دبیرکل",
  "OHCHR",
  "Palais des Nations",
  "findahelpline",
  "befrienders",
  "irct.org",
  "fasstt.org",
  "1800RESPECT",
  "Lifeline",
  "Raaznet",
] as const;

/** Every name of the template's letter that another letter could leave behind. */
export const TEMPLATE_NAMES: readonly string[] = [...SUBJECT.flat(), ...FURTHER];

/**
 * Returns the names of the template's letter that are left in other texts of a campaign. A name that the letter itself or
 * `campaign.yaml` has is the campaign's own; while all that the template's letter is about is in there, nothing is left over.
 *
 * @param own the letter in each language and `campaign.yaml` without its comments
 * @param texts the other texts by path
 */
export function leftoversIn(
  own: readonly string[],
  texts: ReadonlyMap<string, string>,
): { readonly path: string; readonly names: string[] }[] {
  const isOwn = (name: string) => own.some((text) => text.includes(name));
  if (SUBJECT.every((names) => names.some(isOwn))) return [];
  const foreign = TEMPLATE_NAMES.filter((name) => !isOwn(name));
  return [...texts]
    .map(([path, text]) => ({ path, names: foreign.filter((name) => text.includes(name)) }))
    .filter(({ names }) => names.length > 0);
}
