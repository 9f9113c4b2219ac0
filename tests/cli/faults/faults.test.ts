import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import { openFaultyRuns, whyNoMounts } from "./faulty-runs.ts";
import { CHANGING, type Changing, cells, commandsOf, type Fault, formatFaults, OTHERS } from "./table.ts";

/** How many cells are tried here. The long tests try all. */
const TRIED = 5;
/** Set the pages for print, or build the site: seconds each. */
const SLOW: readonly Changing[] = ["build", "handover", "handover:contacts"];

describe("the table of commands and faults", () => {
  it("has a row for each command that changes something, and says of the others why they have none", () => {
    expect([...Object.keys(CHANGING), ...Object.keys(OTHERS)].sort()).toEqual(commandsOf().sort());
  });

  it("is .github/operations/commands-and-faults.md, word for word", async () => {
    await expect(formatFaults()).toMatchFileSnapshot(join(root, ".github/operations/commands-and-faults.md"));
  });

  it("is right in some cells, which the seed chooses", async () => {
    const runs = await openFaultyRuns();
    const random = fixedRandomness("cells of the table");
    const noMounts = whyNoMounts();
    const quick = cells().filter(
      ([command, fault]) => !SLOW.includes(command) && (fault !== "full disk" || noMounts === undefined),
    );
    for (let i = 0; i < TRIED; i++) {
      const [command, fault] = quick[Buffer.from(random(4)).readUInt32BE() % quick.length] as [Changing, Fault];
      await runs.refused(command, fault).catch((cause) => {
        throw new Error(`${command}, ${fault}: ${cause.message}`, { cause });
      });
    }
    runs.remove();
  });
});

/** Commands that write only what is named to them, and open no campaign. */
const OF_NO_CAMPAIGN: readonly Changing[] = ["start", "build", "handover:open", "handover:left"];

it.each((Object.keys(CHANGING) as Changing[]).filter((command) => !OF_NO_CAMPAIGN.includes(command)))(
  "%s says which campaign, data folder and database it has worked on",
  (command) => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const program = scripts[command].split(" ").find((part: string) => part.endsWith(".ts"));
    expect(readFileSync(join(root, program), "utf8")).toMatch(/^ +(if \(.*\) )?sayWhere\(/m);
  },
);
