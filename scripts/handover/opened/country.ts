import { matchKey } from "../../letter/signature/name.ts";

/** A country by its code (ISO 3166-1, two letters) and its English name. */
export type Country = { readonly code: string; readonly name: string };

/**
 * Returns the country that a place names: as a whole, or after its last comma. Undefined when it names none, two, or one
 * that may be another place: nothing is guessed.
 */
export function countryIn(place: string): Country | undefined {
  const parts = place.split(COMMAS).map((part) => countries().get(keyOf(part)));
  const last = parts.at(-1);
  if (last === undefined || parts.some((other) => other !== undefined && other !== last)) return undefined;
  return { code: last, name: ENGLISH.of(last) ?? last };
}

// Comma, Arabic, Armenian, Ethiopic, Mongolian and N’Ko comma, ideographic comma.
const COMMAS = /[,،՝፣᠂߸、，]/u;

/** Languages in which signatories may write. */
const LANGUAGES =
  "en fa ar ku az tr ps ur de fr es pt it nl sv da nb fi pl ru uk hy el he ka ro hu cs bg sr hi vi zh ja ko id".split(
    " ",
  );
const ENGLISH = new Intl.DisplayNames("en", { type: "region" });

// What people call them, and the lists do not, or no longer.
const EVERYDAY = {
  CI: ["Ivory Coast"],
  CZ: ["Czech Republic"],
  GB: ["Great Britain", "England", "Scotland", "Wales", "Northern Ireland", "انگلیس", "انگلستان", "اسکاتلند"],
  MM: ["Burma"],
  NL: ["Holland"],
  TR: ["Turkey"],
  US: ["USA", "آمریکا", "امریکا"],
};

// States of the USA have the first two names too, and two countries each of the others.
const AMBIGUOUS =
  "Georgia Géorgie Geórgia جورجيا ジョージア 조지아 जॉर्जिया جارجیا Jersey جرسی Congo Kongo Конго کنگو الكونغو Guiana".split(
    " ",
  );

// Parts of countries and unions that have names, but are no countries of ISO 3166-1.
const NO_COUNTRIES = new Set("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split(" "));

let known: Map<string, string> | undefined;

function countries(): ReadonlyMap<string, string> {
  known ??= readCountries();
  return known;
}

function readCountries(): Map<string, string> {
  const names = new Map<string, string>();
  const twice = new Set(AMBIGUOUS.map(keyOf));
  const add = (name: string, code: string) => {
    const key = keyOf(name);
    if ((names.get(key) ?? code) !== code) twice.add(key);
    names.set(key, code);
  };
  const codes = countryCodes();
  const addIn = (language: string, style: "long" | "short") => {
    const region = new Intl.DisplayNames(language, { type: "region", style, fallback: "none" });
    for (const code of codes) {
      const name = region.of(code) ?? "";
      // A word of three letters may be a town, such as Man, or an abbreviation.
      if (language === "en" || !/^[\p{Script=Latin}\p{M}]{1,3}$/u.test(name)) add(name, code);
    }
  };
  for (const language of LANGUAGES) addIn(language, "long");
  // UK and US. Short names of other languages are abbreviations that can be read as others, such as É.-U. for the USA.
  addIn("en", "short");
  for (const [code, some] of Object.entries(EVERYDAY)) for (const name of some) add(name, code);
  for (const key of twice) names.delete(key);
  names.delete("");
  return names;
}

/** Returns the codes that may be those of a country; a withdrawn one, such as DD, stands for another one today. */
function countryCodes(): string[] {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => !NO_COUNTRIES.has(code) && new Intl.Locale(`und-${code}`).region === code);
}

/** Other scripts keep their marks, which are vowels in some. */
function keyOf(text: string): string {
  if (/[\p{Script=Latin}\p{Script=Arabic}]/u.test(text)) return matchKey(text).replace(/^the /, "");
  return text.normalize("NFKC").toLowerCase().trim();
}
