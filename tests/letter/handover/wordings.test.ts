import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayAfter } from "../../../scripts/letter/bytes/day.ts";
import {
  bearsOnWordings,
  type TextChange,
  WORDING_KINDS,
  wordingPath,
  wordingsOf,
} from "../../../scripts/letter/handover/wordings.ts";

const BEGIN = "2026-11-20";
const campaign = (names: Record<string, string>) =>
  `recipient:\n  name:\n${Object.entries(names)
    .map(([lang, name]) => `    ${lang}: ${name}\n`)
    .join("")}  age: []\n`;

/** A history of few texts, so that they come back, over some days, of which several changes may share one. */
const histories = fc
  .array(
    fc.record({
      gap: fc.nat(2),
      lang: fc.constantFrom("fa", "en", "ar"),
      kind: fc.constantFrom(...WORDING_KINDS),
      text: fc.constantFrom("I agree.\n", "I agree that {recipient} gets it.\n", "Take it, {recipient}.\n", undefined),
      recipient: fc.option(fc.constantFrom("Amnesty", "Another one"), { nil: undefined }),
    }),
    { maxLength: 25 },
  )
  .map((steps) => {
    let day = BEGIN;
    return steps.map(({ gap, lang, kind, text, recipient }): TextChange => {
      day = dayAfter(day, gap);
      const files = new Map<string, string | undefined>([[wordingPath(lang, kind), text]]);
      if (recipient) files.set("content/campaign.yaml", campaign({ fa: recipient, en: recipient, ar: recipient }));
      return { day, files };
    });
  });

/** What a page showed at the end of a day, by a reading of the history that knows nothing of spans. */
function shownAt(changes: readonly TextChange[], day: string): Map<string, string> {
  const files = new Map<string, string | undefined>();
  for (const change of changes) {
    if (change.day <= day) for (const [path, text] of change.files) files.set(path, text);
  }
  const name = /en: (.*)/.exec(files.get("content/campaign.yaml") ?? "")?.[1];
  const texts = [...files].filter(([path, text]) => path.endsWith(".md") && text !== undefined);
  return new Map(texts.map(([path, text]) => [path, text!.replaceAll("{recipient}", name ?? "{recipient}")]));
}

describe("the wordings that people agreed to", () => {
  it("are, on each day, what was shown at its end", () => {
    fc.assert(
      fc.property(histories, fc.nat(60), (changes, later) => {
        const day = dayAfter(BEGIN, later);
        const live = wordingsOf(changes).filter(({ spans }) =>
          spans.some(({ from, until }) => from <= day && (until === undefined || until > day)),
        );
        const found = new Map(live.map(({ lang, kind, text }) => [wordingPath(lang, kind), text]));
        expect(found).toEqual(shownAt(changes, day));
      }),
    );
  });

  it("are each one wording however often it came back, and none that was never shown", () => {
    fc.assert(
      fc.property(histories, (changes) => {
        const wordings = wordingsOf(changes);
        const names = wordings.map(({ lang, kind, text }) => `${lang} ${kind} ${text}`);
        expect(new Set(names).size).toBe(names.length);
        const shown = changes.flatMap((_, i) => [...shownAt(changes.slice(0, i + 1), "9999").entries()]);
        const asNames = new Set(shown.map(([path, text]) => `${path} ${text}`));
        expect(new Set(wordings.map(({ lang, kind, text }) => `${wordingPath(lang, kind)} ${text}`))).toEqual(asNames);
        for (const { spans } of wordings) {
          const days = spans.flatMap(({ from, until = "9999" }) => [from, until]);
          expect(days).toEqual(days.toSorted());
        }
      }),
    );
  });

  it("are other ones for another recipient, though no sentence changed", () => {
    const path = wordingPath("en", "consent-handover");
    const wordings = wordingsOf([
      {
        day: BEGIN,
        files: new Map([
          [path, "Given to {recipient}."],
          ["content/campaign.yaml", campaign({ en: "Amnesty" })],
        ]),
      },
      { day: "2026-12-01", files: new Map([["content/campaign.yaml", campaign({ en: "Another one" })]]) },
    ]);
    expect(wordings.map(({ text, number, spans }) => [text, number, spans])).toEqual([
      ["Given to Amnesty.", 1, [{ from: BEGIN, until: "2026-12-01" }]],
      ["Given to Another one.", 2, [{ from: "2026-12-01" }]],
    ]);
  });

  it("are told of the right files only, and a campaign.yaml that cannot be read stops nothing", () => {
    for (const path of [
      "content/en/letter.md",
      "content/strings/en.ts",
      "content/e/notice.md",
      "x/content/en/notice.md",
    ])
      expect(bearsOnWordings(path), path).toBe(false);
    const path = wordingPath("fa", "notice");
    expect(bearsOnWordings(path)).toBe(true);
    for (const broken of ["recipient: [", "recipient: none\n", "- a\n", "recipient:\n  name: Amnesty\n"]) {
      const files = new Map([
        [path, "{recipient}"],
        ["content/campaign.yaml", broken],
      ]);
      expect(wordingsOf([{ day: BEGIN, files }])[0]?.text).toBe("{recipient}");
    }
  });
});
