import type { Step } from "./step.ts";

const ERASED = "`erasing.md`: go on only when `npm run doctor` says so";

/** What two organisers do with commands and pages, beside what the program files. */
export const BY_PEOPLE: readonly Step[] = [
  {
    ...{ id: "notice", part: "Notices and requests", who: "people" },
    tries: "a pull request with a notice, merged",
    believed: "`handover` or `purge` is on the ledger within the hour; the second run adds nothing",
    otherwise: "accept’s last run names the notice and what is wrong with it",
  },
  {
    ...{ id: "handover-tag", part: "Notices and requests", who: "people" },
    tries: "as an organiser: push a tag `handover/DATE`, then try to move and to delete it",
    believed:
      "taken; moving and deleting are refused; the workflow makes a release with the public bag, which no stranger sees",
    otherwise: "the ruleset “handover tags” is not as it should be: `npm run setup:github`, and `handing-over.md`",
  },
  {
    ...{ id: "remove", part: "Notices and requests", who: "people" },
    tries:
      "`npm run remove -- INDEX` for an invented signature, its notice merged by a pull request that a second organiser approved",
    believed:
      "within the hour the row is off list and site, `npm run verify` says one more withdrawn; the form service holds nothing of it; a second such pull request fails its check",
    otherwise: "`data-protection/requests.md` says who answers until it works",
  },
  {
    ...{ id: "access", part: "Notices and requests", who: "people" },
    tries: "`npm run access -- --out DIR` with an invented person’s withdrawal code, then the custodian’s part",
    believed: "the record is the person’s; terminal and `requests.log` have no name and no code",
    otherwise: "`data-protection/requests.md` says who answers until it works",
  },
  {
    ...{ id: "erase", part: "Notices and requests", who: "people" },
    tries: "`npm run erase -- FROM TO`, and all steps of `erasing.md`",
    believed: "`npm run doctor` says that main’s history holds nobody who left",
    otherwise: ERASED,
  },
  {
    ...{ id: "verified-from-elsewhere", part: "From outside", who: "people" },
    tries: "`npm run verify -- https://YOUR-SITE/ --vkey …` from another network",
    believed: "`ok: …`",
    otherwise: "do not open before it is: its last line says what is wrong",
  },
  {
    ...{ id: "stranger", part: "From outside", who: "people" },
    tries: "look as a stranger at the repository, its Actions logs and artifacts",
    believed: "nothing, as long as it is private",
    otherwise: "make the repository private, and count everything in it as read",
  },
  {
    ...{ id: "backup-refused", part: "On one machine", who: "people" },
    tries:
      "`npm run backup`, then accept a sheet and withdraw a signature; copy `DATA_DIR/site`, lose `DATA_DIR`; `npm run restore -- FILE --key KEYFILE --yes`",
    believed: "refused: nothing tells how far the ledger was published",
    otherwise: "stop, and tell the project: a second ledger could begin",
  },
  {
    ...{ id: "backup-with-site", part: "On one machine", who: "people" },
    tries: "the same with `--site` and the copy, then `npm start`",
    believed:
      "who was accepted is on the list, who withdrew is not, `npm run verify` says the same last line as before",
    otherwise: "keep both folders, and tell the project",
  },
  {
    ...{ id: "old-main", part: "On one machine", who: "people" },
    tries: "put an old copy of `campaign.git` in place of the one that runs, delete `DATA_DIR/site`, start",
    believed: "refused, with the command that goes on, and main is where it was",
    otherwise: "stop, and tell the project: a second ledger could begin",
  },
  {
    ...{ id: "two-services", part: "On one machine", who: "people" },
    tries: "start a copy of `DATA_DIR` whose `campaign.git` is a link to the one of a service that runs",
    believed: "refused: another service runs for this campaign; the first goes on",
    otherwise: "never let two run; `operating.md` says how a machine is moved",
  },
  {
    ...{ id: "mirror", part: "On one machine", who: "people" },
    tries: "`npm run mirror` to the second place, by its timer; open the copy on the machine with the key (`--open`)",
    believed: "commit, entries and open sheets are main’s; the second place shows no name",
    otherwise: "without a mirror a campaign that GitHub closes has only the form service’s machine: `incidents.md`",
  },
];
