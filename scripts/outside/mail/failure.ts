/**
 * What a failed delivery means.
 *
 * - `refused`: the server has rejected this mail for good; another attempt would only annoy it
 * - `put off`: this mail may be taken later, as with greylisting, or by a provider that takes no more for now
 * - `away`: no server answers, or it does not let us in: nothing is wrong with the mail
 */
export type MailFailure = "refused" | "put off" | "away";

/** Classifies the error of a mailer by the reply code of RFC 5321 §4.2 and the command that it answered. */
export function mailFailure(error: unknown): MailFailure {
  const { responseCode, command } = Object(error) as { responseCode?: unknown; command?: unknown };
  const reply = Number(responseCode);
  // A failure before RCPT TO is about us: a wrong password, a sender that is not allowed, a full server.
  const ofMail = command === "RCPT TO" || command === "DATA";
  if (!ofMail || !(reply >= 400 && reply < 600)) return "away";
  return reply >= 500 ? "refused" : "put off";
}
