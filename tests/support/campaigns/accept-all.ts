import { type AcceptReport, acceptAll as accept } from "../../../scripts/accept/acceptance.ts";
import type { Acceptor, IntactMain } from "../../../scripts/accept/merge.ts";
import type { MainHistory } from "../../../scripts/outside/git/host.ts";
import { readRecordAt } from "../../../scripts/outside/git/record-at.ts";

/** The report of accept, and main with its whole record, as any reader of main sees it. */
export type WholeReport<T extends AcceptReport = AcceptReport> = T & { readonly main: IntactMain & MainHistory };

/** Accepts all that may be accepted, and reads main afterwards. */
export async function acceptAll(acceptor: Acceptor): Promise<WholeReport> {
  return withRecord(await accept(acceptor), acceptor.host.repository);
}

/** Reads the record of main from this repository, which has it. */
export async function withRecord<T extends AcceptReport>(report: T, repository: string): Promise<WholeReport<T>> {
  const record = await readRecordAt(repository, report.main.commit);
  return { ...report, main: { ...report.main, record } };
}
