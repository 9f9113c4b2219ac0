/** The line of the message that marks a sheet of signatures which look like part of a flood. */
const MARK = "Quarantine: flood";
const ATTESTED = "Attested: ";

/** What the message of the commit that files a sheet says besides the sheet's id. */
export type FilingWords = {
  readonly quarantined: boolean;
  /** the form service's word for the bytes of the sheet, from `attestSheet` */
  readonly attestation: string;
};

/**
 * The message of the commit that files a sheet.
 *
 * ```
 * file sheet 3v9c…
 *
 * Quarantine: flood
 * Attested: bV9KYAhm…
 * ```
 *
 * Both lines are here and not in the sheet, whose format is fixed, because the message is fixed with the sheet's bytes
 * before anybody hears of it, and goes wherever the commit goes. The mark is a hint for moderators and changes no rule.
 * The last line is one: accept passes over a sheet that the form service has not attested.
 */
export function filingMessage(sheet: string, { quarantined, attestation }: FilingWords): string {
  return `file sheet ${sheet}\n\n${quarantined ? `${MARK}\n` : ""}${ATTESTED}${attestation}\n`;
}

/** Whether the message of a sheet's commit has the mark. */
export function isQuarantined(message: string): boolean {
  // Messages from before sheets were attested end with the mark.
  return message.trimEnd().split("\n").slice(-2).includes(MARK);
}

/** The attestation in the last line of the message of a sheet's commit; undefined when it has none. */
export function attestationIn(message: string): string | undefined {
  const last = message.trimEnd().split("\n").at(-1) ?? "";
  return last.startsWith(ATTESTED) ? last.slice(ATTESTED.length) : undefined;
}
