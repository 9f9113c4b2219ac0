import { createHash } from "node:crypto";

export type FixedClock = { now: () => Date; advance: (milliseconds: number) => void; set: (time: string) => void };

/** The moment at which a fixed clock stands at first. */
export const START = "2026-11-22T12:00:00.000Z";

/** A clock that stands still until the test moves it. */
export function fixedClock(start = START): FixedClock {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
    },
    set(time) {
      now = Date.parse(time);
    },
  };
}

/** The judgement of a clock that nothing contradicts. */
export const rightClock = {
  judge: () => ({ doubt: undefined, mayDate: true, mayDelete: true, wait: 0, reason: "" }),
};

export const minutes = (count: number): number => count * 60_000;
export const hours = (count: number): number => minutes(60 * count);
export const days = (count: number): number => hours(24 * count);

/** The seed of the run, which it has printed; programs that tests start have it from their environment, too. */
const RUN = process.env.RUN_SEED ?? "1";

/**
 * Bytes that look random, and are the same for the same name in the same run: SHA-256 over the seed of the run, the name
 * and a counter. Keys, ids and codes of tests come from here, so that no test knows one key.
 *
 * @param run nothing for what is compared with something that is kept, such as a picture
 */
export function fixedRandomness(seed: string | number = "undersigned", run = RUN): (count: number) => Uint8Array {
  const name = run === "" ? seed : `${run}/${seed}`;
  let block = 0;
  let rest = Buffer.alloc(0);
  return (count) => {
    while (rest.length < count) {
      rest = Buffer.concat([rest, createHash("sha256").update(`${name}/${block}`).digest()]);
      block += 1;
    }
    const bytes = new Uint8Array(rest.subarray(0, count));
    rest = rest.subarray(count);
    return bytes;
  };
}

/** An invented person: nobody of this name is known at this address, and the domains are reserved (RFC 2606). */
export type Person = { name: string; initials: string; email: string; place: string; lang: "en" | "fa" };

/** Names as people really bear them: a list that refuses one of these is a defect. */
export const people = {
  sara: { name: "Dr. Sara Āzādī", initials: "S. Ā.", email: "sara.azadi@example.org", place: "AU", lang: "en" },
  omid: { name: "امید رضایی", initials: "ا. ر.", email: "omid.rezaei@example.org", place: "DE", lang: "fa" },
  alireza: { name: "علی‌رضا کسری", initials: "ع. ک.", email: "alireza+letter@example.net", place: "IR", lang: "fa" },
  zobeideh: { name: "زبیده سکونت", initials: "ز. س.", email: "zobeideh@example.com", place: "", lang: "fa" },
  niamh: { name: "Niamh O’Neil", initials: "N. O.", email: "niamh.oneil@example.org", place: "IE", lang: "en" },
  jean: { name: "Jean D’Arcy-Smith", initials: "J. D.", email: "jean@example.net", place: "FR", lang: "en" },
  thi: { name: "Nguyễn Thị Hòa", initials: "N. T.", email: "thi.hoa@example.com", place: "VN", lang: "en" },
  ming: { name: "王小明", initials: "王", email: "xiaoming@example.org", place: "TW", lang: "en" },
  shirin: { name: "Shirin", initials: "S.", email: "shirin@example.org", place: "GB", lang: "en" },
} as const satisfies Record<string, Person>;
