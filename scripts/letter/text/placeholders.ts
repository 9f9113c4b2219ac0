import type { Campaign } from "./campaign.ts";

/** Where a campaign runs: of its settings, those by which other people can reach it, or it can reach them. */
export type Surroundings = {
  readonly gitHost: { readonly kind: "local" } | { readonly kind: "github"; readonly repository: string };
  readonly mail: { readonly kind: "capture" } | { readonly kind: "smtp"; readonly url: string };
  readonly mailFrom: string;
  readonly siteUrl: string;
  readonly serviceUrl: string;
};

/** What keeps a campaign from real people: the field of `campaign.yaml`, or the setting, and what to do. */
export type Lack = { readonly field: string; readonly mend: string };

/** Returns each value of `campaign.yaml` that is still the template's; the ledger's name is `originLack`'s. */
export function placeholdersOf({ ledger_origin, ledger_vkey, ...campaign }: Campaign): Lack[] {
  const mend = "it is a placeholder: write what is true";
  const found = leaves(campaign)
    .filter(([, text]) => isPlaceholder(text))
    .map(([field]) => ({ field, mend }));
  return isSearchEngine(campaign.exit_url) ? [...found, { field: "exit_url", mend: EXIT }] : found;
}

const EXIT =
  "it is a search engine’s, which the template once had and which learns who leaves: take the line out, and people leave to an empty page, or write a page that you have chosen";

/**
 * Returns what is wrong with the ledger's name while it is still the template's: it never changes, so a ledger must not
 * begin under it.
 *
 * @param begun whether the ledger has entries already
 */
export function originLack({ ledger_origin }: Pick<Campaign, "ledger_origin">, begun: boolean): Lack | undefined {
  if (!isPlaceholder(ledger_origin)) return undefined;
  const name = "it is the template’s and can never change later: write the name of your site";
  const again =
    ", and begin a new ledger; one that began in a trial is not to be gone on with (on this machine, set DATA_DIR to a new folder)";
  return { field: "ledger_origin", mend: begun ? name + again : name };
}

/** Returns the settings that are still those of the pages that explain them. A trial may run at a name that is nobody's. */
export function sampleSettings({ gitHost, mail, mailFrom, siteUrl, serviceUrl }: Surroundings): Lack[] {
  const sends = mail.kind === "smtp";
  const given: [field: string, value: string][] = [
    ["GIT_HOST", gitHost.kind === "github" ? gitHost.repository : ""],
    ["SITE_URL", siteUrl],
    ["SERVICE_URL", serviceUrl],
    ["MAIL_URL", sends ? mail.url : ""],
    ["MAIL_FROM", sends ? mailFrom : ""],
  ];
  return given
    .filter(([, value]) => isPlaceholder(value) || isWord(value))
    .map(([field]) => ({ field, mend: "it is still that of an example: write your own" }));
}

/** Whether a value has a word in capitals in place of a name, as the pages write them. */
function isWord(value: string): boolean {
  return /^OWNER\/|\/\/USER:PASSWORD@|[@/]HOST(:|$)|@DOMAIN$/.test(value);
}

/** The texts below a value, each with its path: `hosts.mail.name.en`. */
function leaves(value: unknown, path: readonly string[] = []): [field: string, text: string][] {
  if (typeof value === "string") return [[path.join("."), value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, [...path, key]));
}

/** What the template has where organisers write their own, in its comments. */
const SAMPLE_TEXTS: ReadonlySet<string> = new Set(["…", "in … to the …", "1 Street, City, Country", "Name, City"]);
const HALF_FILLED = /^in (?:… to the .+|.+ to the …)$/u;

/**
 * Whether a text is one that the template has, and not one that organisers wrote: theirs may have an ellipsis, or begin with
 * a bracket.
 */
function isPlaceholder(text: string): boolean {
  return SAMPLE_TEXTS.has(text) || HALF_FILLED.test(text) || /(^|[@./\s])example\.(org|com|net)\b/i.test(text);
}

function isSearchEngine(url: string): boolean {
  return URL.canParse(url) && new URL(url).hostname.split(".").includes("google");
}
