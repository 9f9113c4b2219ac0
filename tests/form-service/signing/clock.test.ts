import { afterEach, describe, expect, it } from "vitest";
import { openClockWatch, SERVERS } from "../../../scripts/form-service/store/clock-watch.ts";
import { dayAfter, dayOf } from "../../../scripts/letter/bytes/day.ts";
import { days, fixedClock, hours, minutes, people, START } from "../../support/fixtures.ts";
import { type Harness, openHarness, sign, stateShown, submit, withdrawalCodeIn } from "../harness.ts";

/** A watched clock, which runs on evenly or is set. */
function watched() {
  const clock = fixedClock();
  let elapsed = 0;
  const watch = openClockWatch(clock, () => elapsed);
  return {
    clock,
    watch,
    wait(milliseconds: number) {
      clock.advance(milliseconds);
      elapsed += milliseconds;
    },
    may: () => ({ ...watch.judge(), wait: undefined, reason: undefined }),
  };
}

const right = { doubt: undefined, mayDate: true, mayDelete: true };
const nothing = { mayDate: false, mayDelete: false };

describe("a clock that is set by less than the days show", () => {
  it.each([
    ["forward", hours(20)],
    ["back", -hours(20)],
    ["by an hour", hours(1)],
  ])("%s deletes nothing for a day", (_, jump) => {
    const { clock, wait, may } = watched();
    wait(hours(1));
    expect(may()).toMatchObject(right);
    clock.advance(jump);
    expect(may()).toMatchObject({ doubt: "set", mayDate: true, mayDelete: false });
    wait(hours(23));
    expect(may()).toMatchObject({ mayDelete: false });
    wait(hours(1));
    expect(may()).toMatchObject(right);
  });

  it("by the machine's own corrections is believed", () => {
    const { clock, may } = watched();
    clock.advance(minutes(9));
    expect(may()).toMatchObject(right);
  });
});

describe("a signature", () => {
  let harness: Harness;
  afterEach(() => harness.close());

  it.each([
    ["forward and back", [days(365), -days(365)]],
    ["back and forward", [-days(365), days(365)]],
  ] as const)("is neither lost nor doubled when the clock goes %s", async (_, [there, back]) => {
    harness = await openHarness();
    const early = await sign(harness, people.sara);
    const late = await submit(harness, people.omid);
    harness.clock.advance(there);
    // As if its time were over, or not yet come; either way an honest answer, and the code is good again afterwards.
    await harness.post("/en/confirm/", late);
    await harness.round();
    harness.clock.advance(back);
    const answer = await harness.post("/en/confirm/", late);
    expect(answer.status).toBe(200);
    const code = withdrawalCodeIn(await answer.text());
    await harness.round();
    for (const sheet of [...harness.gitHost.open.keys()]) harness.gitHost.accept(sheet);
    await harness.round();
    expect(harness.gitHost.record().rows).toHaveLength(2);
    for (const one of [early.withdrawalCode, code]) expect(await stateShown(harness, one)).toBe("accepted");
  });
});

describe("the day of the clock", () => {
  const today = START.slice(0, 10);

  it.each([
    ["main's last commit", { main: dayAfter(today, 2) }],
    ["the last run", { run: dayAfter(today, 2), main: today }],
  ])("is contradicted by %s until it is set, however long that takes", (_, known) => {
    const { clock, watch, wait, may } = watched();
    watch.know(known);
    expect(may()).toEqual({ ...nothing, doubt: "behind" });
    expect(watch.judge().reason).toMatch(
      /^the clock of this machine says 2026-11-22, and .* 2026-11-24: if the clock is/,
    );
    // Not finer than the days, so that it is never dated before what is certain.
    expect(dayOf(watch.certain.now())).toBe(dayAfter(today, 2));
    wait(hours(30));
    expect(may()).toMatchObject(nothing);
    clock.advance(days(2) - hours(30));
    expect(may()).toMatchObject({ mayDate: true, mayDelete: false });
  });

  it("may be a day before or after, as at midnight, or two time zones", () => {
    for (const by of [-1, 0, 1]) {
      const { watch, may } = watched();
      watch.know({ main: dayAfter(today, by), run: dayAfter(today, by) });
      expect(may()).toMatchObject(right);
    }
  });

  it("is not believed for a while when the service seems to have stood still, and then by itself", () => {
    const { watch, wait, may } = watched();
    watch.know({ run: dayAfter(today, -90) });
    expect(may()).toEqual({ ...nothing, doubt: "ahead" });
    expect(watch.judge().wait).toBe(hours(1));
    wait(hours(1));
    expect(may()).toEqual({ ...right, doubt: "ahead", mayDelete: false });
    wait(hours(23));
    expect(may()).toMatchObject(right);
    expect(watch.known().run).toBe(dayAfter(today, 1));
  });

  it.each(SERVERS)("is believed at once when the %s tells the same time, whatever the days say", (server) => {
    for (const known of [{ run: dayAfter(today, -90) }, { main: dayAfter(today, 400) }]) {
      const { clock, watch, may } = watched();
      watch.know(known);
      expect(may()).toMatchObject(nothing);
      watch.noteServer(server, new Date(clock.now().getTime() - minutes(3)));
      expect(may()).toMatchObject(right);
    }
  });

  it.each(SERVERS)("is contradicted by the %s, also when every day fits", (server) => {
    const { clock, watch, may } = watched();
    watch.know({ main: today, run: today });
    watch.noteServer(server, new Date(clock.now().getTime() + days(5)));
    expect(may()).toEqual({ ...nothing, doubt: "wrong" });
    expect(watch.judge().reason).toContain(`and the ${server} 2026-11-27`);
    clock.advance(days(5));
    watch.noteServer(server, clock.now());
    expect(may()).toMatchObject(right);
  });

  it("is that of the git host where the mail server tells another", () => {
    const { clock, watch, may } = watched();
    watch.noteServer("mail server", new Date(clock.now().getTime() + days(5)));
    watch.noteServer("git host", clock.now());
    expect(may()).toMatchObject(right);
  });

  it("is not contradicted by what a server said before the machine slept", () => {
    const { clock, watch, may } = watched();
    watch.noteServer("git host", clock.now());
    clock.advance(hours(9));
    expect(may()).toMatchObject({ doubt: "set", mayDate: true, mayDelete: false });
  });

  it("is right on an operator's word, until the clock is set again", () => {
    const { clock, watch, wait, may } = watched();
    watch.know({ main: dayAfter(today, 400) });
    watch.noteServer("mail server", new Date(clock.now().getTime() + days(5)));
    expect(may()).toMatchObject(nothing);
    watch.believe(dayAfter(today, 400));
    expect(may()).toMatchObject(right);
    wait(days(3));
    expect(may()).toMatchObject(right);
    clock.advance(days(9));
    expect(may()).toMatchObject({ doubt: "ahead", ...nothing });
  });

  it("that is set five days ahead while the service runs dates and deletes nothing, and is right once it is set back", () => {
    const { clock, watch, wait, may } = watched();
    watch.know({ main: today, run: today });
    wait(hours(5));
    expect(may()).toMatchObject(right);
    clock.advance(days(5));
    expect(may()).toMatchObject(nothing);
    wait(minutes(5));
    clock.advance(-days(5));
    expect(may()).toMatchObject({ doubt: "set", mayDate: true, mayDelete: false });
    wait(hours(24));
    expect(may()).toMatchObject(right);
  });
});
