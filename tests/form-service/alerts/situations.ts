/** What Prometheus has read of a service in a situation, and which alerts must fire then: these, and no other. */
export type Situation = {
  readonly name: string;
  /** what is other than on a good day: the values of a series, as promtool writes them, or that there is none */
  readonly series: Readonly<Record<string, string | undefined>>;
  /** how long it has lasted */
  readonly after: string;
  readonly firing: readonly string[];
};

const round = (name: string, outcome: string) => `undersigned_rounds_total{round="${name}",outcome="${outcome}"}`;
const mails = (state: string) => `undersigned_mails{state="${state}"}`;
const gone = (days: number) => ({ 'undersigned_promised_days_left{promise="destroy_by"}': `${days}x3000` });

/** A good day, read every minute: rounds end well, a few mails are refused, and sheets wait for two days. */
export const GOOD_DAY: Readonly<Record<string, string>> = {
  'up{job="undersigned"}': "1x3000",
  undersigned_failed_answers_total: "0x3000",
  'undersigned_answer_seconds{quantile="0.99"}': "0.2x3000",
  undersigned_mail_trouble: "0x3000",
  [mails("refused")]: "0+1x3000",
  [mails("sent")]: "0+10x3000",
  [round("filing", "done")]: `0x360 ${[1, 2, 3, 4, 5, 6, 7].map((count) => `${count}x359`).join(" ")}`,
  [round("filing", "failed")]: "0x3000",
  [round("looking", "done")]: "0+1x3000",
  [round("looking", "failed")]: "0x3000",
  'undersigned_set_aside{what="sheets"}': "0x3000",
  'undersigned_set_aside{what="signatures"}': "0x3000",
  undersigned_stuck_sheets: "0x3000",
  undersigned_unknown_signatures: "0x3000",
  'undersigned_oldest_sheet_days{state="filed"}': "2x3000",
  'undersigned_oldest_sheet_days{state="filing"}': "0.5x3000",
  undersigned_clock_doubt: "0x3000",
  undersigned_oldest_left_row_days: "9x3000",
  'undersigned_promised_days_left{promise="destroy_by"}': "90x3000",
  undersigned_tor_exits_days: "1x3000",
  nodejs_eventloop_lag_p99_seconds: "0.02x3000",
  process_resident_memory_bytes: "300000000x3000",
};

/** Each alert in a situation that it is for, and those in which it would be wrong. */
export const SITUATIONS: readonly Situation[] = [
  { name: "a good day", series: {}, after: "26h", firing: [] },
  {
    name: "a service that has just started, before its first round of filing",
    series: Object.fromEntries(roundSeries().map((name) => [name, "0x3000"])),
    after: "5h",
    firing: [],
  },
  {
    name: "a service whose first round of filing was over before anybody read the numbers",
    series: { [round("filing", "done")]: "1x3000" },
    after: "5h",
    firing: [],
  },
  {
    name: "a restart on a good day",
    series: { [round("filing", "done")]: "7x360 8x359 0x359 1x359 2x359 3x359" },
    after: "26h",
    firing: [],
  },
  {
    name: "a list of Tor's exits that nobody fetches",
    series: { undersigned_tor_exits_days: undefined },
    after: "2h",
    firing: [],
  },
  { name: "no answer", series: { 'up{job="undersigned"}': "0x3000" }, after: "4m", firing: ["FormServiceGone"] },
  {
    name: "pages that end in an error",
    series: { undersigned_failed_answers_total: "0+1x3000" },
    after: "30m",
    firing: ["AnswersFail"],
  },
  {
    name: "slow answers",
    series: { 'undersigned_answer_seconds{quantile="0.99"}': "1.5x3000" },
    after: "11m",
    firing: ["AnswersAreSlow"],
  },
  { name: "no mail server", series: { undersigned_mail_trouble: "2x3000" }, after: "11m", firing: ["MailServerAway"] },
  { name: "late mail", series: { undersigned_mail_trouble: "1x3000" }, after: "31m", firing: ["MailIsLate"] },
  {
    name: "1,200 mails refused in an hour, and 60 sent",
    series: { [mails("refused")]: "0+20x3000", [mails("sent")]: "0+1x3000" },
    after: "2h",
    firing: ["MailsAreRefused"],
  },
  {
    name: "mails refused, and none sent since the start",
    series: { [mails("refused")]: "0+20x3000", [mails("sent")]: "0x3000" },
    after: "2h",
    firing: ["MailsAreRefused"],
  },
  {
    name: "a git host that has taken nothing since yesterday",
    series: { [round("filing", "done")]: "0x360 1x2600", [round("filing", "failed")]: "0x380 0+1x2600" },
    after: "32h",
    firing: ["FilingFails"],
  },
  {
    name: "a wrong key on the first day",
    series: { [round("filing", "done")]: "0x3000", [round("filing", "failed")]: "0x360 1+1x2600" },
    after: "8h",
    firing: ["FilingFails"],
  },
  {
    name: "a restart while the git host is away",
    series: {
      [round("filing", "done")]: "7x360 8x60 0x2600",
      [round("filing", "failed")]: "0x420 0x360 1+1x2600",
    },
    after: "32h",
    firing: ["FilingFails"],
  },
  {
    name: "a sheet that was set aside",
    series: { 'undersigned_set_aside{what="sheets"}': "1x3000" },
    after: "16m",
    firing: ["SomethingIsSetAside"],
  },
  {
    name: "a sheet that is stuck",
    series: { undersigned_stuck_sheets: "1x3000" },
    after: "31m",
    firing: ["SheetIsStuck"],
  },
  {
    name: "a database older than main",
    series: { undersigned_unknown_signatures: "10x3000" },
    after: "31m",
    firing: ["SignaturesAreUnknown"],
  },
  {
    name: "a git host that is away",
    series: { [round("looking", "done")]: "0+1x600 600x2400", [round("looking", "failed")]: "0x600 0+1x2400" },
    after: "12h",
    firing: ["MainCannotBeRead"],
  },
  {
    name: "a git host that was never there",
    series: { [round("looking", "done")]: "0x3000", [round("looking", "failed")]: "0+1x3000" },
    after: "1h",
    firing: ["MainCannotBeRead"],
  },
  {
    name: "a sheet that nobody reviews",
    series: { 'undersigned_oldest_sheet_days{state="filed"}': "4.5x3000" },
    after: "5m",
    firing: ["SheetsWait"],
  },
  {
    name: "a sheet that cannot be filed",
    series: { 'undersigned_oldest_sheet_days{state="filing"}': "2.5x3000" },
    after: "5m",
    firing: ["NotFiled"],
  },
  { name: "a wrong clock", series: { undersigned_clock_doubt: "1x3000" }, after: "6m", firing: ["ClockIsDoubted"] },
  {
    name: "rows to erase",
    series: { undersigned_oldest_left_row_days: "22x3000" },
    after: "62m",
    firing: ["ErasureIsDue"],
  },
  {
    name: "rows that are late to be erased",
    series: { undersigned_oldest_left_row_days: "31x3000" },
    after: "62m",
    firing: ["ErasureIsDue", "ErasureIsLate"],
  },
  { name: "a promised day that is near", series: gone(13), after: "62m", firing: ["PromiseIsNear"] },
  { name: "a promised day that is over", series: gone(-1), after: "62m", firing: ["PromiseIsLate", "PromiseIsNear"] },
  {
    name: "old exits of Tor",
    series: { undersigned_tor_exits_days: "7x3000" },
    after: "62m",
    firing: ["TorExitsAreOld"],
  },
  {
    name: "a busy process",
    series: { nodejs_eventloop_lag_p99_seconds: "0.9x3000" },
    after: "11m",
    firing: ["LoopLags"],
  },
  {
    name: "much memory",
    series: { process_resident_memory_bytes: "1600000000x3000" },
    after: "11m",
    firing: ["MemoryGrows"],
  },
];

function roundSeries(): string[] {
  return ["filing", "looking"].flatMap((name) => ["done", "failed"].map((outcome) => round(name, outcome)));
}
