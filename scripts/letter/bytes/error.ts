/**
 * Something is broken: a file that is not canonical, a key that does not fit, a ledger that was rewritten.
 *
 * `code` is for programs and does not change. `message` is lower-case, names the place and the rule, and holds no
 * name, address, token or IP. Expected refusals of a person's input are values, not errors (see `problem`s).
 */
export class LetterError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "LetterError";
    this.code = code;
  }
}
