import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countryIn } from "../../../scripts/handover/opened/country.ts";
import { STRINGS } from "../../../scripts/site/views/strings.ts";

describe("the country in a place", () => {
  it.each([
    ["ایران", "IR"],
    ["ايران", "IR"],
    ["تهران، ایران", "IR"],
    ["کانادا", "CA"],
    ["لس‌آنجلس، آمریکا", "US"],
    ["لندن، انگلیس", "GB"],
    ["Berlin، آلمان", "DE"],
    ["كندا", "CA"],
    ["Sydney, Australia", "AU"],
    ["Sydney,Australia", "AU"],
    ["Parramatta, NSW, Australia", "AU"],
    ["GERMANY", "DE"],
    ["Deutschland", "DE"],
    ["Österreich", "AT"],
    ["Osterreich", "AT"],
    ["Việt Nam", "VN"],
    ["Россия", "RU"],
    ["Киев, Україна", "UA"],
    ["日本", "JP"],
    ["中国", "CN"],
    ["한국, 대한민국", "KR"],
    ["भारत", "IN"],
    ["UK", "GB"],
    ["London, U.K.", "GB"],
    ["USA", "US"],
    ["The Netherlands", "NL"],
    ["Istanbul, Turkey", "TR"],
    ["Luxembourg, Luxembourg", "LU"],
    ["Atlanta, Georgia, USA", "US"],
  ])("%s", (place, code) => {
    expect(countryIn(place)).toMatchObject({ code });
  });

  it.each([
    // No country is named.
    "",
    "Melbourne",
    "رشت",
    "Berlin",
    "تورنتو کانادا",
    "Europe",
    "کردستان",
    "Kurdistan",
    "EU",
    "DE",
    // Withdrawn: the two do not exist any more.
    "DDR",
    "Yugoslavia",
    // More than one place has the name.
    "Georgia",
    "Tbilisi, Georgia",
    "Jersey",
    "Congo",
    // Two are named, or a town that is called like a country.
    "ایران، آلمان",
    "Cuba, USA",
    "Lebanon, Pennsylvania",
    "Mexico, Missouri",
  ])("is not guessed from “%s”", (place) => {
    expect(countryIn(place)).toBeUndefined();
  });

  it.each(Object.entries(STRINGS))("is in the example that the form gives: %s", (_, { sign }) => {
    expect(countryIn(sign.place_example)).toMatchObject({ code: "DE" });
    expect(sign.place_hint).toContain(sign.place_example);
  });

  it("has a code of two letters that stands for itself, and an English name, whatever the place", () => {
    const word = fc.constantFrom("Iran", "ایران", "Georgia", "Germany", "Berlin", ",", "،", " ", "USA", "中国", "x");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join("")),
        ),
        (place) => {
          const country = countryIn(place);
          if (country === undefined) return;
          expect(new Intl.Locale(`und-${country.code}`).region).toBe(country.code);
          expect(countryIn(country.name)?.code ?? country.code).toBe(country.code);
          expect(countryIn(`Somewhere, ${place}`)).toEqual(country);
        },
      ),
    );
  });
});
