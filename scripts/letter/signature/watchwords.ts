import { matchKey } from "./name.ts";

// These match only as whole words, because they are parts of real names (کسری, سکونت, زبیده, Scunthorpe). Words that
// are names somewhere (عوضی, کونی, Dick, Bich, Porn) are left out. A match is not refused, only looked at.
const PROFANE = phrases(
  "fuck, fucker, fuckers, fucking, fuckyou, motherfucker, shit, bullshit, shithead, cunt, bitch, asshole, arsehole, wanker, whore, slut",
  "nigger, faggot, koskesh, kosskesh, jendeh, madarjende, madarjendeh, haroomzadeh",
  "کیر, کسکش, کس‌کش, کسخل, کس‌خل, جنده, مادرجنده, مادر جنده, خواهرجنده, قحبه, مادرقحبه, حرامزاده, حرام‌زاده, حرومزاده, حروم‌زاده",
  "دیوث, دیّوس, قرمساق, پفیوز, گاییدم, گوه, گه, بی‌ناموس, بی‌شرف, پدرسگ, کثافت",
);

const OFFICES = phrases(
  "president, vice president, prime minister, minister, ayatollah, supreme leader, secretary general, ambassador, his excellency",
  "his majesty, her majesty, your majesty, government of, islamic republic, revolutionary guard, irgc",
  "رئیس‌جمهور, رئیس جمهوری, رئیس‌جمهوری, نخست‌وزیر, آیت‌الله, حجت‌الاسلام, رهبر معظم, مقام معظم, رهبر انقلاب, رهبر ایران, دبیرکل, جمهوری اسلامی, سپاه پاسداران",
  "شاهنشاه, اعلیحضرت, والاحضرت",
);

// These are family names too. They mean an office only as the first word.
const TITLES = phrases("leader", "رهبر, وزیر, امام");

// Common family names are listed with the given name.
const FIGURES = phrases(
  "khamenei, khomeini, ahmadinejad, pezeshkian, ebrahim raisi, hassan rouhani, mohammad khatami, javad zarif, qasem soleimani",
  "reza pahlavi, farah pahlavi, mohammad reza shah, maryam rajavi, massoud rajavi, masih alinejad, shirin ebadi, narges mohammadi",
  "trump, obama, joe biden, kamala harris, putin, xi jinping, netanyahu, zelensky, zelenskyy, macron, erdogan, keir starmer, king charles, antonio guterres",
  "elon musk, taylor swift, adolf hitler, osama bin laden",
  "خامنه‌ای, خمینی, احمدی‌نژاد, پزشکیان, ابراهیم رئیسی, حسن روحانی, محمد خاتمی, جواد ظریف, قاسم سلیمانی, رضا پهلوی, فرح پهلوی, محمدرضا شاه",
  "مریم رجوی, مسعود رجوی, مسیح علینژاد, مسیح علی‌نژاد, شیرین عبادی, نرگس محمدی, ترامپ, اوباما, جو بایدن, پوتین, نتانیاهو, زلنسکی, مکرون, اردوغان, گوترش, آنتونیو گوترش",
  "ایلان ماسک, هیتلر, بن لادن",
);

const PLATFORMS = phrases(
  "http, https, www, dot com, dot org, dot net, dot ir, telegram, instagram, whatsapp, facebook, tiktok, onlyfans, t me",
  "دات کام, نقطه کام, تلگرام, اینستاگرام, اینستا, واتساپ, واتس‌اپ, فیسبوک, فیس‌بوک, یوتیوب",
);

/** Whether the text has a bad word as a whole word. This is a hint for moderators, never a refusal. */
export function holdsProfanity(text: string): boolean {
  return holds(text, PROFANE);
}

/** Whether the text names an office or a famous person. This is a hint: other people have these names too. */
export function namesFigure(text: string): boolean {
  if (holds(text, OFFICES) || holds(text, FIGURES)) return true;
  return spellings(text).some((words) => TITLES.some((title) => words.startsWith(` ${title} `)));
}

/** Whether the text points to another place, in words or with something like an address. */
export function looksLikeAddress(text: string): boolean {
  // "Dr.Sara", "J.R.R." and "Prof.in" are parts of names; the form already refuses endings of two letters.
  return holds(text, PLATFORMS) || /[\p{Ll}\p{Nd}]{2}\.\p{Ll}{3}/u.test(text);
}

function holds(text: string, known: readonly string[]): boolean {
  return spellings(text).some((words) => known.some((phrase) => words.includes(` ${phrase} `)));
}

/** Returns the match keys of a text, with blanks around each word: with compounds split, and with compounds joined. */
function spellings(text: string): string[] {
  const apart = text.replace(/[\p{P}\p{S}\u200c]/gu, " ");
  return [...new Set([matchKey(apart), matchKey(text)])].map((key) => ` ${key} `);
}

function phrases(...lists: readonly string[]): string[] {
  return [...new Set(lists.flatMap((list) => list.split(", ")).flatMap((phrase) => spellings(phrase)))].map((words) =>
    words.trim(),
  );
}
