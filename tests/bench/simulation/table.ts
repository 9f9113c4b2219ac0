import { generateKeyPairSync } from "node:crypto";
import { parseModerators } from "../../../scripts/letter/review/moderators.ts";
import { readSettings, type Settings } from "../../../scripts/outside/settings.ts";
import { readSource } from "../../support/source.ts";
import { simulate, type Waits } from "./rush.ts";

/** Where the table is, and its first cell, by which it is found. */
export const ORGANISING = ".github/organising.md";
const HEAD = "| signatures a minute |";

/** The peak that broke the petitions site of the United Kingdom in 2019, and ten times that. */
const RATES = [2_000, 20_000];
const SHOWN = [0.1, 0.5, 0.9];
const MODERATORS = [10, 50, 250];

/** Simulates every case, and returns the table in Markdown, a line feed at its end. */
export function simulationTable(): string {
  const { approvals } = parseModerators(readSource(".github/moderators.yml").text);
  const common = { approvals, settings: productionSettings(), seed: 1 };
  const lines = RATES.flatMap((aMinute) =>
    SHOWN.flatMap((shown) =>
      MODERATORS.map((moderators) => {
        const waits = simulate({ aMinute, shown, moderators, ...common });
        const first = [aMinute.toLocaleString("en"), `${shown * 100} %`, String(moderators)];
        return [...first, ...cells(waits)];
      }),
    ),
  );
  const head = [
    HEAD.slice(2, -2),
    "show a name",
    "moderators",
    "shows nothing: half, last",
    "shows a name: half, last",
  ];
  const rows = [[...head, "waits most for"], Array.from({ length: 6 }, () => "---"), ...lines];
  return rows.map((row) => `| ${row.join(" | ")} |\n`).join("");
}

/** Returns the text with this table in the place of its own. @throws Error when it has none */
export function withTable(text: string, table: string): string {
  const start = text.indexOf(HEAD);
  if (start < 0) throw new Error(`${ORGANISING} has no table that begins with ${HEAD}`);
  return text.slice(0, start) + table + text.slice(text.indexOf("\n\n", start) + 1);
}

/** The defaults of a campaign on GitHub. */
function productionSettings(): Settings {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const FILE_APP_KEY = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return readSettings({
    ...{ GIT_HOST: "github:OWNER/REPOSITORY", FILE_APP_ID: "1", FILE_APP_KEY },
    ...{ SITE_URL: "https://letter.example.org", SERVICE_URL: "https://sign.example.org" },
  });
}

function cells({ quiet, reading, most }: Waits): string[] {
  const both = ({ half, last }: Waits["quiet"]) => `${period(half)}, ${period(last)}`;
  return [both(quiet), both(reading), most];
}

function period(hours: number): string {
  return hours < 72 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
