/** The line of the message that marks a sheet whose signatures look like part of a flood. */
const MARK = "Quarantine: flood";
const ATTESTED = "Attested: ";

/** What the message of a filing commit holds besides the sheet's id. */
export type FilingWords = {
  readonly quarantined: boolean;
  /** the form service's attestation of the bytes of the sheet, from `attestSheet` */
  readonly attestation: string;
};

/**
 * Formats the message of the commit that files a sheet.
 *
 * ```
 * file sheet 3v9c…
 *
 * Quarantine: flood
 * Attested: bV9KYAhm…
 * ```
 *
 * Both lines are in the message, because the format of the sheet is fixed. Like the sheet's bytes, the message is fixed
 * before the commit is published, and goes wherever the commit goes. The mark is only a hint for moderators. The last
 * line is required: accept ignores a sheet that the form service has not attested.
 */
export function filingMessage(sheet: string, { quarantined, attestation }: FilingWords): string {
  return `file sheet ${sheet}\n\n${quarantined ? `${MARK}\n` : ""}${ATTESTED}${attestation}\n`;
}

/** Whether the message of a sheet's commit has the mark. */
export function isQuarantined(message: string): boolean {
  // Messages from before sheets were attested have the mark as their last line.
  return message.trimEnd().split("\n").slice(-2).includes(MARK);
}

/** Returns the attestation in the last line of the message of a sheet's commit; undefined when it has none. */
export function attestationIn(message: string): string | undefined {
  const last = message.trimEnd().split("\n").at(-1) ?? "";
  return last.startsWith(ATTESTED) ? last.slice(ATTESTED.length) : undefined;
}
