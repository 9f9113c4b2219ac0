import { en } from "../../../content/strings/en.ts";
import type { KeptId } from "../../../scripts/site/views/kept-table.ts";

/** Where something is kept, and what takes it away again. Its words, for people, are `kept_rows` in content/strings/. */
export type Kept = {
  /**
   * The places, each as a test walks them: `database TABLE.COLUMN`, `folder NAME` (below DATA_DIR), `mail PART`,
   * `metric NAME`, `bag PATH` (a regular expression), `artifact NAME`, `git PART`, `memory NAME`.
   */
  readonly holds: readonly string[];
  /** `PATH:FUNCTION` of the code that deletes it */
  readonly deletedBy: readonly string[];
  /** `PATH: beginning of a title` of the tests that are red without that code */
  readonly heldBy: readonly string[];
  /** what only people can do */
  readonly byHand?: string;
};

const DESTRUCTION = {
  code: [
    "scripts/form-service/store/destruction.ts:deleteEverything",
    "scripts/handover/personal-data.ts:destroyPersonalData",
  ],
  tests: [
    "tests/form-service/store/destruction.test.ts: finds nothing in any table",
    "tests/handover/purge.test.ts: leaves nothing of anybody in the data folder",
  ],
} as const;

const signing = "scripts/form-service/signing";
const tests = "tests/form-service";

/** Everything that is kept of people and about them. The type check fails when the privacy page has a row that is missing here. */
export const RETENTION: Readonly<Record<KeptId, Kept>> = {
  waiting: {
    holds: ["s_hash", "sealed", "code_hash", "others", "tries", "day", "due"].map(
      (name) => `database submission.${name}`,
    ),
    deletedBy: [`${signing}/expiry.ts:openExpiry`],
    heldBy: [`${tests}/signing/submission.test.ts: forgets a submission after 48 hours`],
  },
  leave_code: {
    holds: ["database submission.leave"],
    deletedBy: [`${signing}/expiry.ts:openExpiry`],
    heldBy: [`${tests}/signing/confirmation.test.ts: shows the code for 48 hours after the confirmation`],
  },
  resend: {
    holds: ["memory codes and addresses of the last 48 hours"],
    deletedBy: [`${signing}/pending-confirmations.ts:openWaitingCodes`],
    heldBy: [`${tests}/limits/memories.test.ts: forgets code and address with the row`],
  },
  mail: {
    holds: [...["to", "subject", "text", "html"].map((part) => `mail ${part}`), "folder mail"],
    deletedBy: ["scripts/handover/personal-data.ts:destroyPersonalData"],
    heldBy: ["tests/handover/purge.test.ts: leaves nothing of anybody in the data folder"],
    byHand: "the mail server’s log (.github/operating.md); mail is in DATA_DIR only in a trial",
  },
  ip_nowhere: {
    holds: ["memory hashes of addresses under the key of the day"],
    deletedBy: ["scripts/form-service/limits/client.ts:openClients"],
    heldBy: [`${tests}/limits/limits.test.ts: is a hash that is another one tomorrow`],
  },
  ip_at_hosts: {
    holds: ["log of a host that keeps addresses"],
    deletedBy: [],
    heldBy: [],
    byHand: "the host’s own rules (hosts in content/campaign.yaml); setup:github says what Pages keep",
  },
  not_me: {
    holds: ["database suppressed.hmac", "database suppressed.day"],
    deletedBy: [`${signing}/suppression.ts:deleteOldSuppressions`],
    heldBy: [`${tests}/store/upgrade.test.ts: goes on sending nothing to those who asked for that`],
  },
  fingerprint: {
    holds: ["database address.hmac", "database address.typed", "database address.id", "folder pepper.key"],
    deletedBy: [`${signing}/withdrawal.ts:forget`, ...DESTRUCTION.code],
    heldBy: [`${tests}/signing/withdrawal.test.ts: lets the address sign anew`, ...DESTRUCTION.tests],
  },
  sealed: {
    holds: ["database vault.id", "database vault.sealed", "folder service.db"],
    deletedBy: [`${signing}/withdrawal.ts:forget`, ...DESTRUCTION.code],
    heldBy: [
      `${tests}/signing/withdrawal.test.ts: after the acceptance leaves no byte of name, address`,
      ...DESTRUCTION.tests,
    ],
  },
  refused: {
    holds: ["database vault.sealed of a refused row"],
    deletedBy: ["scripts/form-service/filing/settlement.ts:destroyRefused"],
    heldBy: [`${tests}/filing/filing.test.ts: destroys a refused row and its contact record after seven days`],
  },
  state: {
    holds: [
      ...["code.code_hash", "code.id", "withdrawal.id", "withdrawal.attestation", "withdrawal.sheet"],
      ...["id", "state", "day", "edition", "sheet", "flood", "wait_until", "due"].map((name) => `signature.${name}`),
    ].map((column) => `database ${column}`),
    deletedBy: [`${signing}/withdrawal.ts:deleteWithdrawn`, ...DESTRUCTION.code],
    heldBy: [`${tests}/signing/left.test.ts: is told so for 48 hours`, ...DESTRUCTION.tests],
  },
  sheet: {
    holds: [
      "database signature.row",
      ...["sheet", "kind", "state", "text", "base", "message", "day", "attempts", "failure"].map(
        (name) => `database sheet.${name}`,
      ),
    ],
    deletedBy: [
      "scripts/form-service/filing/settlement.ts:settle",
      "scripts/form-service/filing/sheets.ts:markFiled",
      `${signing}/withdrawal.ts:withdraw`,
    ],
    heldBy: [
      `${tests}/filing/filing.test.ts: forgets public fields and the sheet's text once they are not needed`,
      `${tests}/filing/removal.test.ts: leaves nothing in the service`,
      `${tests}/signing/withdrawal.test.ts: before the filing leaves nothing`,
    ],
  },
  review: {
    holds: ["git pending sheets", "git history of main", "folder campaign.git", "folder mirror.git"],
    deletedBy: [
      "scripts/handover/erased-repository.ts:eraseRepository",
      "scripts/handover/purge.ts:purge",
      "scripts/handover/personal-data.ts:destroyPersonalData",
    ],
    heldBy: [
      "tests/cli/erase.test.ts: leaves no byte of the rows that are gone in any object",
      "tests/handover/purge-on-github.test.ts: destroys what people left here, with the bags",
      "tests/handover/purge.test.ts: destroys vault, queue, pepper, mail, backups and history",
    ],
    byHand: "npm run erase within 30 days; at GitHub the old repository is deleted (.github/erasing.md)",
  },
  listed_counts: {
    holds: ["git list, where after_purge is counts", "bag ^list/"],
    deletedBy: [`${signing}/withdrawal.ts:withdraw`, "scripts/handover/purge.ts:purge"],
    heldBy: [`${tests}/signing/withdrawal.test.ts: after the acceptance takes the row off the list`],
  },
  listed_names: {
    holds: ["git list, where after_purge is names", "bag ^signatures\\.(csv|json)$", "bag ^duplicates\\.csv$"],
    deletedBy: [`${signing}/withdrawal.ts:withdraw`],
    heldBy: [`${tests}/signing/withdrawal.test.ts: after the acceptance takes the row off the list`],
  },
  ledger: {
    holds: [
      "git ledger",
      ...["^ledger/", "^letter/", "^letter-\\w+\\.md$", "^(count|keys)\\.json$"].map((path) => `bag ${path}`),
    ],
    deletedBy: [],
    heldBy: [],
  },
  copies: {
    holds: [
      ...["site", "onion-site", "builds", "no-site", "fresh", "copies.json", "handovers.json"].map(
        (name) => `folder ${name}`,
      ),
      ...["bag", "github-pages"].map((name) => `artifact ${name}`),
    ],
    deletedBy: ["scripts/accept/local-site.ts:pointTo"],
    heldBy: [
      "tests/workflows/workflows.test.ts: keeps no artifact longer than a day",
      "tests/accept/local-site.test.ts: keeps no build but the last, and the one before it for a moment",
    ],
    byHand: "the release of a tag, once somebody on it has left (.github/handing-over.md)",
  },
  recipient: {
    holds: ["bag ^contacts/", "bag ^since/"],
    deletedBy: [],
    heldBy: [],
    byHand: "the recipient, by its undertaking (.github/handing-over.md)",
  },
  backups: {
    holds: ["folder backups.json", "folder left.txt", "database departed.id", "database departed.day"],
    deletedBy: [
      "scripts/form-service/store/old-backups.ts:deleteOldBackups",
      "scripts/handover/personal-data.ts:destroyPersonalData",
    ],
    heldBy: [
      `${tests}/store/old-backups.test.ts: deletes the backups that are old, with their lists`,
      "tests/cli/mirror/mirror.test.ts: is deleted when it is old, and only once there is a newer one",
      "tests/handover/purge.test.ts: destroys vault, queue, pepper, mail, backups and history",
    ],
    byHand: "copies elsewhere, seven days after they were made (.github/operating.md)",
  },
  requests: {
    holds: ["folder requests.log", "the organisers’ mailbox"],
    deletedBy: ["scripts/handover/requests/request-log.ts:noteRequest"],
    heldBy: ["tests/handover/requests/access.test.ts: has a line for each, of a day, a kind and a result"],
    byHand: "the organisers’ mailbox, once a request is answered",
  },
  moderators: {
    holds: ["git .github/moderators.yml", "git trailers of merges"],
    deletedBy: ["scripts/handover/purge.ts:purge"],
    heldBy: ["tests/handover/purge.test.ts: destroys vault, queue, pepper, mail, backups and history"],
  },
  log: {
    holds: ["log of the form service", "folder settings.env"],
    deletedBy: [],
    heldBy: [],
    byHand: "journald, MaxRetentionSec=3day (.github/operating.md)",
  },
  numbers: {
    holds: [
      ...["window_key.number", "window_key.key", "spent_proof.hash", "spent_proof.slot"],
      ...["mail_budget.slot", "mail_budget.mails", "pause.name", "pause.reasons", "restoration.day"],
      ...["campaign.attestation", "campaign.size", "campaign.root", "campaign.pepper"],
      ...["clock.name", "clock.day", "clock.told", "clock.overruled"],
    ]
      .map((column) => `database ${column}`)
      .concat(
        ["keys", "ledger.key", "attestation.key", "demo-custodian", "lock.db", "tor-exits.txt"].map(
          (name) => `folder ${name}`,
        ),
        [
          ...["answers", "answer_seconds", "mails", "mail_trouble", "signatures", "sheets", "oldest_sheet_days"],
          ...[
            "set_aside",
            "failed_answers_total",
            "rounds_total",
            "left_rows",
            "oldest_left_row_days",
            "promised_days_left",
            "restored",
            "restored_days",
            "tor_exits",
            "tor_exits_days",
            "clock_doubt",
            "stuck_sheets",
            "unknown_signatures",
          ],
        ].map((name) => `metric undersigned_${name}`),
      ),
    deletedBy: [
      `${signing}/mailed-codes.ts:deleteOldWindowKeys`,
      "scripts/form-service/limits/spent-proofs.ts:deleteSpentProofs",
      "scripts/form-service/store/pause.ts:resume",
    ],
    heldBy: [
      `${tests}/signing/mailed-codes.test.ts: has keys that are gone 96 hours after they were made`,
      `${tests}/limits/proof-of-work.test.ts: leaves nothing but a hash for some minutes`,
      `${tests}/pause.test.ts: is one state of the database`,
      `${tests}/limits/mail-ledger.test.ts: stores no time, nothing that is over`,
    ],
  },
};

/** The names in a data folder that have no row. SQLite keeps files of its own beside a database. */
export function unknownFiles(names: readonly string[]): string[] {
  const known = Object.values(RETENTION).flatMap(({ holds }) => holds);
  return names.filter((name) => !known.includes(`folder ${name.replace(/-(wal|shm|journal)$/, "")}`));
}

/** Formats `.github/data-protection/retention.md`: the rows of the privacy page, with what deletes each and which test holds it. */
export function formatRetention(): string {
  const cell = (texts: readonly string[]) => texts.map((text) => text.replaceAll("|", "\\|")).join("<br>") || "–";
  const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``);
  const rows = Object.entries(RETENTION).map(([id, { holds, deletedBy, heldBy, byHand }]) => {
    const { what, where, until } = en.kept_rows[id as KeptId];
    const deletes = [...code(deletedBy), ...(byHand ? [`by hand: ${byHand}`] : [])];
    return `| ${[what, where, until].map((text) => cell([text])).join(" | ")} | ${cell(holds)} | ${cell(deletes)} | ${cell(code(heldBy))} |`;
  });
  return [
    "# What is kept, until when, and what deletes it",
    "",
    "Made by `npx vitest run tests/retention.test.ts -u` from the rows of the privacy page (`kept_rows` in `content/strings/`) and from",
    "`tests/support/project/retention.ts`. `tests/retention.test.ts` fails when a column, a file of the data folder, a part of a",
    "mail, a number for the operator, a file of a bag or an artifact has no row. `tests/retention.long.ts` takes each deleting",
    "function out, and fails when the named tests do not notice. A lawyer of the organisers has to confirm the days.",
    "",
    "| what | where | until | places | what deletes it | which test holds it |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
