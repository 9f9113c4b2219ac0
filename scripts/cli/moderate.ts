import { openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import { refileSheet } from "../accept/local-review.ts";
import { findByPrefix, readReviewDesk, sheetAsJson } from "../accept/open-sheets.ts";
import { formatReviewedRows, formatReviewJson, formatReviewList } from "../accept/review-list.ts";
import { askForLine, paintStdout, sayWhere } from "../outside/terminal.ts";
import { runCommand } from "./command.ts";
import { decideByCommand } from "./moderate/decision.ts";
import { HELP, OPTIONS, parseModeration, parsePage } from "./moderate/request.ts";

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const asked = parseModeration(positionals, values);
  const page = parsePage(values.page) ?? (process.stdout.isTTY ? 1 : undefined);
  if (asked.command === "serve") return (await import("./moderate/serve.ts")).serveDesk();
  const campaign = await openLocalCampaign("refuse");
  const desk = await readReviewDesk(campaign);
  if (asked.command === "list") {
    process.stdout.write(values.json ? formatReviewJson(desk.sheets.map(sheetAsJson)) : formatReviewList(desk));
    return;
  }
  if (asked.command === "refile") {
    for (const line of await refileSheet(campaign, desk, asked.sheet)) console.log(line);
    return;
  }
  const reviewed = findByPrefix(desk.sheets, ({ open }) => open.sheet, asked.sheet, "open sheet");
  if (asked.command === "show") {
    const words = values.search ? await askForLine("Search for: ") : "";
    const wanted = { all: values.all ?? false, words, page, paint: paintStdout };
    process.stdout.write(
      values.json ? formatReviewJson(sheetAsJson(reviewed)) : formatReviewedRows(desk, reviewed, wanted),
    );
    return;
  }
  if (await decideByCommand({ campaign, desk, reviewed }, asked, values)) sayWhere(readLocalSettings());
});
