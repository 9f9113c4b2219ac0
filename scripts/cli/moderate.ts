import { acceptAll } from "../accept/acceptance.ts";
import { tallyOf } from "../accept/judgement.ts";
import { type LocalCampaign, openLocalCampaign } from "../accept/local-campaign.ts";
import {
  findByPrefix,
  type ReviewDesk,
  type ReviewedSheet,
  readReviewDesk,
  sheetAsJson,
} from "../accept/open-sheets.ts";
import { UNATTESTED } from "../accept/sheet-notes.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { formatRoot, openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { ReviewAct } from "../letter/review/moderation.ts";
import { isRefusalCode, REFUSAL_CODES } from "../letter/review/order.ts";
import type { SignaturesSheet } from "../letter/signature/sheet.ts";
import { formatColumns, printable } from "../outside/terminal.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run moderate -- list [--json] | show SHEET [--json] | approve SHEET [--refuse ID:CODE …] | reject SHEET CODE

Reviews the sheets of a local campaign. A sheet is accepted at once when it has its approvals.

  list                      what waits; "quarantine" marks sheets that look like part of a flood, "look first" those with
                            rows that are on another open sheet too, or are settled already
  show SHEET                the rows of a sheet, first those to look at; of hidden and counted ones nobody here sees a name
  approve SHEET             approves it as it stands
    --refuse ID:CODE        but refuses this row; may be given several times
  reject SHEET CODE         refuses every row
  --json                    for programs

SHEET and ID may be cut to the first characters that tell them apart.
CODE is one of ${REFUSAL_CODES.join(", ")}.`;

const OPTIONS = { json: { type: "boolean" }, refuse: { type: "string", multiple: true } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [command, typed, ...rest] }) => {
  const [code] = rest;
  const wanted = command === "list" ? 0 : command === "reject" ? 2 : 1;
  const given = (typed === undefined ? 0 : 1) + rest.length;
  if (!["list", "show", "approve", "reject"].includes(command ?? "") || given !== wanted)
    throw usageError("say what to do with which sheet", HELP);
  if (values.refuse !== undefined && command !== "approve") throw usageError("--refuse belongs to approve", HELP);
  const campaign = await openLocalCampaign("refuse");
  const desk = await readReviewDesk(campaign);
  const json = values.json ?? false;
  if (command === "list") {
    process.stdout.write(json ? formatJson(desk.sheets.map(sheetAsJson)) : formatList(desk));
    return;
  }
  const reviewed = findByPrefix(desk.sheets, ({ open }) => open.sheet, typed ?? "", "open sheet");
  if (command === "show") {
    process.stdout.write(json ? formatJson(sheetAsJson(reviewed)) : formatRows(reviewed));
    return;
  }
  const sheet = assertReviewable(reviewed);
  if (command === "reject") await act(campaign, desk, reviewed, { state: "commented", body: `reject ${codeOf(code)}` });
  else {
    const refusals = (values.refuse ?? []).map((refusal) => refusalOf(sheet, refusal));
    await act(campaign, desk, reviewed, { state: "approved", body: refusals.join("\n") });
  }
});

function formatJson(value: unknown): string {
  // The same JSON to a program, and nothing in it that a terminal would obey: a branch may have any name.
  const text = JSON.stringify(value, undefined, 2).replace(/[^\P{C}\n\u200c]/gu, (character) =>
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
  return `${text}\n`;
}

function formatList({ sheets }: ReviewDesk): string {
  if (sheets.length === 0) return "no sheet waits for review\n";
  const rows = sheets.map((reviewed) => {
    const { open, sheet, quarantined } = reviewed;
    const mark = [...(quarantined ? ["quarantine"] : []), ...(reviewed.remarks.size > 0 ? ["look first"] : [])].join(
      ", ",
    );
    return [open.sheet, sheet?.kind ?? "unknown", String(sheet?.rows.length ?? 0), stateOf(reviewed), mark];
  });
  return formatColumns(["sheet", "kind", "rows", "state", "mark"], rows);
}

function formatRows(reviewed: ReviewedSheet): string {
  const { open, sheet } = reviewed;
  const head = `sheet ${open.sheet}, ${sheet?.kind ?? "unknown"}, rows: ${sheet?.rows.length ?? 0}, ${stateOf(reviewed)}`;
  if (sheet?.kind !== "signatures") return `${printable(head)}\n`;
  const rows = sheet.rows.map(({ id, shown, name, lang, place, signed }) => [
    id,
    shown,
    { name },
    lang,
    { name: place },
    signed,
  ]);
  const remarks = [...reviewed.remarks].sort(([a], [b]) => (a < b ? -1 : 1)).map((remark) => [...remark]);
  const first = remarks.length === 0 ? "" : `look first\n${formatColumns(["id", "why"], remarks)}\n`;
  return `${printable(head)}\n\n${first}${formatColumns(["id", "shown", "name", "lang", "place", "signed"], rows)}`;
}

function stateOf({ judgement }: ReviewedSheet): string {
  if (judgement.state === "unattested") return `unattested: ${UNATTESTED}`;
  if (judgement.state === "blocked" && judgement.unclear.length > 0)
    return "blocked: what a moderator wrote cannot be read";
  return "reason" in judgement ? `invalid: ${judgement.reason}` : judgement.state;
}

function assertReviewable({ sheet, judgement }: ReviewedSheet): SignaturesSheet {
  if (judgement.state === "invalid") throw new LetterError("validate", `the sheet is invalid: ${judgement.reason}`);
  if (judgement.state === "unattested") throw new LetterError("validate", `the sheet is passed over: ${UNATTESTED}`);
  if (sheet?.kind === "signatures") return sheet;
  throw new LetterError("usage", "a sheet of withdrawals needs no review: it is applied by the next acceptance");
}

function codeOf(text: string | undefined): string {
  if (text !== undefined && isRefusalCode(text)) return text;
  throw new LetterError("usage", `a refusal needs a code: ${REFUSAL_CODES.join(", ")}`);
}

function refusalOf(sheet: SignaturesSheet, refusal: string): string {
  const [id = "", code, ...rest] = refusal.split(":");
  if (code === undefined || rest.length > 0) throw new LetterError("usage", "write a refusal as ID:CODE");
  return `refuse ${findByPrefix(sheet.rows, (row) => row.id, id, "row").id} ${codeOf(code)}`;
}

/** Records the review and accepts what may be accepted now, whether or not a service runs beside. */
async function act(
  { host, acceptor, day }: LocalCampaign,
  { moderators }: ReviewDesk,
  { open, sheet }: ReviewedSheet,
  { state, body }: Pick<ReviewAct, "state" | "body">,
): Promise<void> {
  const [by] = [...moderators.ids].sort((a, b) => a - b);
  if (by === undefined) throw new LetterError("moderators", "main's .github/moderators.yml lists no moderator");
  await host.review(open.sheet, { by, state, commit: open.commit, body }, day);
  const report = await acceptAll(acceptor);
  const outcome = report.outcomes.find((one) => one.sheet === open.sheet);
  // The service beside may have been faster, even after main was read here: what main says now holds.
  const main = outcome ? report.main : await host.readMain();
  const settlement = main.merged.get(open.commit);
  if (outcome?.state === "invalid") throw new LetterError("validate", `the sheet is invalid: ${outcome.reason}`);
  if (!settlement || !sheet) {
    console.log(
      outcome?.state === "blocked"
        ? "recorded; the sheet is held back: somebody requests changes, or wrote what cannot be read as an order"
        : `recorded; the sheet waits: it needs ${moderators.approvals} approvals`,
    );
    return;
  }
  const { accepted, refused } = tallyOf(sheet, settlement);
  const withdrawn = settlement.leftOut.filter((id) => main.settled.withdrawn.has(id)).length;
  const elsewhere = settlement.leftOut.length - withdrawn;
  const more = elsewhere === 0 ? "" : `, left out as decided elsewhere ${elsewhere}`;
  const { size, root } = openCheckpoint(main.record.checkpoint ?? "", acceptor.signer.verifier);
  console.log(`accepted ${accepted}, refused ${refused}, left out as withdrawn ${withdrawn}${more}`);
  console.log(`the list has ${main.record.rows.length} signatures`);
  console.log(`checkpoint ${size} ${formatRoot(root)}`);
}
