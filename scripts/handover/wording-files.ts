import { sha256 } from "../letter/bytes/hash.ts";
import { formatCsv } from "../letter/handover/csv.ts";
import { WORDING_KINDS, type Wording } from "../letter/handover/wordings.ts";
import type { Wordings } from "../outside/git/wordings-at.ts";
import { isLang, type Lang, type Strings, stringsIn } from "../site/views/strings.ts";
import type { PayloadFile } from "./public-payload.ts";

const FOLDER = "consents";

/**
 * Every wording that people agreed to or were told, one file each, with an index for people in each language of the
 * campaign and one for programs.
 */
export function* wordingFiles(known: Wordings, languages: readonly Lang[]): Generator<PayloadFile> {
  for (const wording of known.wordings) yield [`${FOLDER}/${fileOf(wording)}`, wording.text];
  for (const lang of languages) yield [`${FOLDER}/index-${lang}.md`, indexIn(lang, known)];
  yield [`${FOLDER}/index.csv`, tableOf(known)];
}

/** The file of a wording; without its ending it is the wording's name: `en/consent-handover-2`. */
function fileOf({ lang, kind, number }: Wording): string {
  return `${lang}/${kind}-${number}.md`;
}

function tableOf({ wordings }: Wordings): string {
  const rows = wordings.flatMap((wording) =>
    wording.spans.map(({ from, until = "" }) => {
      const digest = Buffer.from(sha256(wording.text)).toString("hex");
      return [fileOf(wording).replace(/\.md$/, ""), wording.kind, wording.lang, from, until, fileOf(wording), digest];
    }),
  );
  return formatCsv(["id", "kind", "lang", "from", "until", "file", "sha256"], rows);
}

/** The index for people: for each text and language its wordings with their days; a consent is quoted whole. */
function indexIn(lang: Lang, { wordings, since }: Wordings): string {
  const { wordings: words } = stringsIn(lang).bag;
  const head = [`# ${words.title}`, words.what, words.how, words.days];
  const parts = WORDING_KINDS.flatMap((kind) => {
    const of = wordings.filter((wording) => wording.kind === kind);
    const languages = [...new Set(of.map((wording) => wording.lang))];
    return languages.flatMap((own) => [
      `## ${words.kinds[kind]} (${isLang(own) ? stringsIn(own).language.own_name : own})`,
      ...part(
        words,
        of.filter((wording) => wording.lang === own),
        since,
      ),
    ]);
  });
  return `${[...head, ...(since === undefined ? [words.cut] : []), ...parts].join("\n\n")}\n`;
}

function part(words: Strings["bag"]["wordings"], wordings: readonly Wording[], since: string | undefined): string[] {
  const first = wordings.flatMap(({ spans }) => spans.map(({ from }) => from)).toSorted()[0];
  const late = since !== undefined && first !== undefined && first > since;
  const rows = wordings.flatMap((wording) =>
    wording.spans.map(({ from, until }) => `| ${from} | ${until ?? words.still} | \`${fileOf(wording)}\` |`),
  );
  const quoted = wordings.filter(({ kind }) => kind.startsWith("consent-"));
  return [
    [`| ${words.from} | ${words.until} | ${words.file} |`, "|---|---|---|", ...rows].join("\n"),
    ...(late ? [words.late.replace("{day}", first)] : []),
    ...quoted.map((wording) => `\`${fileOf(wording)}\`:\n\n> ${wording.text.trim().replaceAll("\n", "\n> ")}`),
  ];
}
