import { openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import { approvalOf, refileSheet, rejectionOf, reviewSheet } from "../accept/local-review.ts";
import { findByPrefix, readReviewDesk, sheetAsJson } from "../accept/open-sheets.ts";
import { formatReviewedRows, formatReviewJson, formatReviewList } from "../accept/review-list.ts";
import { REFUSAL_CODES } from "../letter/review/order.ts";
import { sayWhere } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run moderate -- list [--json] | show SHEET [--json] | approve SHEET [--refuse ID:CODE …] | reject SHEET CODE |
       refile SHEET

Reviews the sheets of a local campaign. A sheet is accepted at once when it has its approvals.

  list                      what waits; "quarantine" marks sheets that look like part of a flood, "look first" those with
                            rows that are on another open sheet too, or are settled already
  show SHEET                the rows of a sheet, first those to look at; of hidden and counted ones nobody here sees a name
  approve SHEET             approves it as it stands
    --refuse ID:CODE        but refuses this row; may be given several times
  reject SHEET CODE         refuses every row
  refile SHEET              takes a sheet away that nobody can decide, because it is damaged or invalid; the form service
                            files its signatures again, and they are reviewed again
  --json                    for programs

SHEET and ID may be cut to the first characters that tell them apart.
CODE is one of ${REFUSAL_CODES.join(", ")}.`;

const OPTIONS = { json: { type: "boolean" }, refuse: { type: "string", multiple: true } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [command, typed, ...rest] }) => {
  const [code] = rest;
  const wanted = command === "list" ? 0 : command === "reject" ? 2 : 1;
  const given = (typed === undefined ? 0 : 1) + rest.length;
  if (!["list", "show", "approve", "reject", "refile"].includes(command ?? "") || given !== wanted)
    throw usageError("say what to do with which sheet", HELP);
  if (values.refuse !== undefined && command !== "approve") throw usageError("--refuse belongs to approve", HELP);
  const campaign = await openLocalCampaign("refuse");
  const desk = await readReviewDesk(campaign);
  if (command === "list") {
    process.stdout.write(values.json ? formatReviewJson(desk.sheets.map(sheetAsJson)) : formatReviewList(desk));
    return;
  }
  if (command === "refile") {
    for (const line of await refileSheet(campaign, desk, typed ?? "")) console.log(line);
    return;
  }
  const reviewed = findByPrefix(desk.sheets, ({ open }) => open.sheet, typed ?? "", "open sheet");
  if (command === "show") {
    process.stdout.write(values.json ? formatReviewJson(sheetAsJson(reviewed)) : formatReviewedRows(reviewed));
    return;
  }
  const verdict = command === "reject" ? rejectionOf(reviewed, code) : approvalOf(reviewed, values.refuse ?? []);
  for (const line of await reviewSheet(campaign, desk, reviewed, verdict)) console.log(line);
  sayWhere(readLocalSettings());
});
