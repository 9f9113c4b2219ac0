import { afterEach, expect, it } from "vitest";
import { parseEntry } from "../../../scripts/letter/ledger/entry.ts";
import { type Harness, openHarness, sign, stateShown, submit, withdrawalCodeIn } from "../harness.ts";

let harness: Harness;
afterEach(() => harness.close());

/**
 * Lets the power fail before or after one step towards disk or git host, counted from now. What it gives mends the git
 * host and tells whether the step was reached.
 */
function failAt(step: number, when: "before" | "after"): () => boolean {
  let count = 0;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    count++;
    // After the cut nothing of this process reaches anything.
    if (count > step || (count === step && when === "before")) throw new Error("power cut");
    const done = await work();
    if (count === step) throw new Error("power cut");
    return done;
  };
  const { change } = harness.store;
  Object.assign(harness.store, { change: (work: never) => counted(() => change(work)) });
  const { file, readMain } = harness.gitHost;
  Object.assign(harness.gitHost, {
    file: (filing: Parameters<typeof file>[0]) => counted(() => file(filing)),
    readMain: () => counted(readMain),
  });
  return () => {
    Object.assign(harness.gitHost, { file, readMain });
    return count >= step;
  };
}

const acceptAll = () => {
  for (const sheet of [...harness.gitHost.open.keys()]) harness.gitHost.accept(sheet);
};

const steps = Array.from({ length: 14 }, (_, i) => i + 1).flatMap((step) =>
  (["before", "after"] as const).map((when) => [step, when] as const),
);

it.each(steps)(
  "neither loses nor doubles a signature when the power fails at step %i, %s it is done",
  async (step, when) => {
    harness = await openHarness({ settings: { FILE_AT_MOST: "2" } });
    const early = await sign(harness, { name: "Sara", email: "early@example.org" });
    await harness.round();
    acceptAll();
    const codes: string[] = [];
    for (const name of ["Sara", "Omid", "Niamh"]) {
      codes.push((await sign(harness, { name, email: `${name.toLowerCase()}@example.org` })).withdrawalCode);
    }
    await harness.round();
    await harness.post("/en/withdraw/", { code: early.withdrawalCode });
    const late = await submit(harness, { name: "Late", email: "late@example.org" });

    const mend = failAt(step, when);
    const told = await harness.post("/en/confirm/", late);
    await harness.round().catch(() => {});
    acceptAll();
    await harness.round().catch(() => {});
    expect(mend()).toBe(true);
    await harness.restart();

    // Who was told that the signature is confirmed has one; who was not can do it again.
    if (told.status === 200) codes.push(withdrawalCodeIn(await told.text()));
    else {
      const again = await harness.post("/en/confirm/", late);
      expect(again.status).toBe(200);
      codes.push(withdrawalCodeIn(await again.text()));
    }
    for (let rounds = 0; rounds < 3; rounds++) {
      await harness.round();
      acceptAll();
    }
    await harness.round();
    const entries = harness.gitHost.record().entries.map((line) => parseEntry(line));
    expect(entries.filter(({ kind }) => kind === "accept")).toHaveLength(5);
    expect(entries.filter(({ kind }) => kind === "withdraw")).toHaveLength(1);
    expect(
      harness.gitHost
        .record()
        .rows.map(({ name }) => name)
        .sort(),
    ).toEqual(["Late", "Niamh", "Omid", "Sara"]);
    for (const code of codes) expect(await stateShown(harness, code)).toBe("accepted");
    expect(await stateShown(harness, early.withdrawalCode)).toBe("withdrawn");
    expect(await harness.store.query.selectFrom("sheet").select("sheet").execute()).toEqual([]);
    expect(await harness.store.query.selectFrom("withdrawal").select("id").execute()).toEqual([]);
  },
);
