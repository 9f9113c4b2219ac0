import { afterEach, describe, expect, it } from "vitest";
import { openClockWatch } from "../../../scripts/form-service/filing/clock-watch.ts";
import { days, fixedClock, hours, minutes, people } from "../../support/fixtures.ts";
import { type Harness, openHarness, sign, stateShown, submit, withdrawalCodeIn } from "../harness.ts";

describe("a clock that is set", () => {
  it.each([
    ["forward", days(400)],
    ["back", -days(400)],
    ["by an hour", hours(1)],
  ])("%s is noticed, and doubted for a day", (_, jump) => {
    const clock = fixedClock();
    let elapsed = 0;
    const watch = openClockWatch(clock, () => elapsed);
    const wait = (milliseconds: number) => {
      clock.advance(milliseconds);
      elapsed += milliseconds;
    };
    wait(hours(1));
    expect(watch.isSteady()).toBe(true);
    clock.advance(jump);
    expect(watch.isSteady()).toBe(false);
    wait(hours(23));
    expect(watch.isSteady()).toBe(false);
    wait(hours(1));
    expect(watch.isSteady()).toBe(true);
  });

  it("by the machine's own corrections is believed", () => {
    const clock = fixedClock();
    const watch = openClockWatch(clock, () => 0);
    clock.advance(minutes(9));
    expect(watch.isSteady()).toBe(true);
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
