/** Words that were used beside another one for the same thing, with that one: a reader looks for two things where two are named. */
const OTHER_WORDS: readonly [word: string, better: string][] = [
  ["راستی‌آزمایی", "وارسی"],
  ["هم‌رسانی", "فرستادن"],
  ["نویسه", "حرف or نشانه"],
  ["شمارگر", "شمارنده"],
  ["سامانهٔ فرم", "سرور فرم"],
  ["سامانهٔ ما", "سرور ما"],
  ["اسکریپت", "جاوااسکریپت"],
  ["گیرنده", "دریافت‌کننده"],
  ["ناشناس", "بدون نمایش نام"],
  ["دادخواست", "طومار"],
];

/** What a careful editor of Persian lets pass nowhere. */
export const RULES: readonly [what: string, pattern: RegExp, example: string][] = [
  ["an Arabic yeh or kaf", /[يىك]/u, "كتاب"],
  ["Arabic digits", /[٠-٩]/u, "٤ نفر"],
  ["a Western digit, but in the letters of a code", /[0-9]/u, "4 نفر"],
  ["a Latin comma, semicolon or question mark", /[,;?]/u, "نامه, امضا"],
  ["straight or curly quotation marks", /["“”]/u, 'این "نامه"'],
  ["a missing ZWNJ after می or نمی", /(?<![\p{L}\u200c])ن?می [\p{Script=Arabic}]/u, "نامه را می خوانید"],
  [
    "a می that is joined to its verb",
    /(?<![\p{L}\u200c])ن?می(شود|شوند|کند|کنیم|کنند|توان|توانید|توانند|خواهید|دهد|دهیم|دهید|آید|ماند|گوید|بینند)/u,
    "نامه میماند",
  ],
  ["a ها that is joined to a ه", /هها/u, "نامهها"],
  ["a blank before تر or ترین", /\p{L} تر(ین)?(?!\p{L})/u, "کوتاه ترین راه"],
  ["a blank before the ending of a verb", /\p{L}ه (ام|ای|ایم|اید|اند)(?!\p{L})/u, "آنچه نوشته اند"],
  ["a blank before ها", /\p{L} ها(ی|یی)?(?!\p{L})/u, "نامه های ما"],
  [
    "a ZWNJ beside a blank, a mark or another ZWNJ",
    /[^\p{Script=Arabic}]\u200c|\u200c[^\p{Script=Arabic}]/u,
    "می\u200c شود",
  ],
  ["an ezafe written as one character or as ه‌ی", /ۀ|ه\u200cی(?!\p{L})/u, "نامه\u200cی ما"],
  ["a blank before a punctuation mark", / [،؛؟.!:](?!\.)/u, "نامه ، امضا"],
  ["an exclamation mark", /!/u, "امضا کنید!"],
  [
    "a verb of offices, for which است, شدن or کردن are enough",
    /(?<!\p{L})(می‌باش|می‌گردد|می‌نمای|نمود)/u,
    "این نامه سرگشاده می‌باشد",
  ],
  ["a calque of “by”, where the one who acts is the subject", /(?<!\p{L})توسط(?!\p{L})/u, "نامه توسط او امضا شد"],
  ["به جای for instead of, which is one word", /(?<!\p{L})به جای (?!خود|دیگر)/u, "به جای نام"],
  [
    "people in the plural of things, not امضاکنندگان or بازبینان",
    /(امضاکننده|بازبین|امانت‌دار|گرداننده)‌?ها/u,
    "بازبین‌ها",
  ],
  ["رونوشت for a copy, which is نسخه; a letter has its رونوشت at the end", /رونوشت(?!:|$)/u, "رونوشت فهرست را"],
  ["خوراک without فید beside it", /خوراک(?! \(فید)/u, "این خوراک"],
  ...OTHER_WORDS.map(
    ([word, better]) =>
      [`${word}, which is called ${better}`, new RegExp(`(?<!\\p{L})${word}`, "u"), `این ${word}`] as [
        string,
        RegExp,
        string,
      ],
  ),
];

/** What breaks a rule, with the words around it. Latin words, and places for a value, are no Persian. */
export function slipsIn(text: string): string[] {
  const words = text.replace(/\{\w+\}|[A-Za-z][\w.]*(?:-\w+)*/g, "x");
  return RULES.flatMap(([what, pattern]) => {
    const found = pattern.exec(words);
    return found ? [`${what}: …${words.slice(Math.max(0, found.index - 20), found.index + 20)}…`] : [];
  });
}

/**
 * The Persian words of a page: what is read, and what is read out. Left out is what says of itself that it is no
 * Persian or no word: names, codes, addresses, Latin words.
 */
export function persianOf(html: string): string[] {
  // Words that a script puts in are kept as HTML.
  const kept = [...html.matchAll(/ data-[\w-]+="([^"]*&lt;[^"]*)"/g)].flatMap(([, text]) =>
    persianOf(unescaped(text!)),
  );
  const spoken = [...html.matchAll(/ (?:aria-label|alt|title|data-label|data-done|data-text|data-one)="([^"]*)"/g)];
  const description = /<meta name="description" content="([^"]*)"/.exec(html);
  const read = html
    .replace(/^[\s\S]*?<title>/, "<title>")
    .replace(/<span data-fill="\w+"><\/span>/g, "x") // where a script puts a number
    .replace(/<(bdi|code|data|address)\b[^>]*>[\s\S]*?<\/\1>/g, "x")
    .replace(/<(\w+)\b[^>]* (?:dir="ltr"|lang="en")[^>]*>[\s\S]*?<\/\1>/g, "x")
    .split(/<\/?(?!b>|\/b>|strong|em|small|a\b|time|span|x)[a-z][^>]*>/)
    .map((part) => part.replace(/<[^>]*>/g, ""));
  const plain = spoken.map(([, text]) => text!).filter((text) => !text.includes("&lt;"));
  const texts = [...plain, description?.[1] ?? "", ...read].map((text) => unescaped(text).replace(/\s+/g, " ").trim());
  return [...kept, ...texts].filter((text) => text !== "");
}

function unescaped(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
