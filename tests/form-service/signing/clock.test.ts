import { afterEach, describe, expect, it } from "vitest";
import { openClockWatch } from "../../../scripts/form-service/store/clock-watch.ts";
import { days, fixedClock, hours, minutes, people } from "../../support/fixtures.ts";
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
