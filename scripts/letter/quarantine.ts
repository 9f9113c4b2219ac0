/** The line below the message of a commit that files a sheet of signatures which look like part of a flood. */
const MARK = "Quarantine: flood";

/**
 * The message of the commit that files a sheet.
 *
 * The mark stands here and not in the sheet, whose format is fixed, because the message is fixed with the sheet's bytes
 * before anybody hears of it, and goes wherever the commit goes. It is a hint for moderators and changes no rule: nobody
 * is refused for it, and whoever leaves it away has gained nothing but a closer look.
 */
export function filingMessage(sheet: string, { quarantined }: { quarantined: boolean }): string {
  return quarantined ? `file sheet ${sheet}\n\n${MARK}\n` : `file sheet ${sheet}`;
}

/** Whether the message of a sheet's commit has the mark. */
export function isQuarantined(message: string): boolean {
  return message.trimEnd().split("\n").at(-1) === MARK;
}
