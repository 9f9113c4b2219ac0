/** Every code that an error can carry: the thing that is broken, or the work that could not be done. */
export type ErrorCode =
  // Texts, keys and numbers in their one spelling.
  | "base64url"
  | "crockford"
  | "key"
  | "text"
  | "table"
  | "tar"
  // The letter and its campaign.
  | "campaign"
  | "content"
  | "edition"
  | "front-matter"
  | "letter"
  | "yaml"
  // Ledger, proofs and witnesses.
  | "checkpoint"
  | "commitment"
  | "cosignature"
  | "entry"
  | "kept"
  | "ledger"
  | "ledger-day"
  | "live"
  | "note"
  | "note-name"
  | "policy"
  | "proof"
  | "receipt"
  | "tile"
  | "verify"
  | "vkey"
  | "witness"
  // Signatures, sheets and their review.
  | "accept"
  | "code"
  | "contact"
  | "derivation"
  | "list"
  | "moderators"
  | "record"
  | "row"
  | "sheet"
  | "submission"
  | "validate"
  // Handover and erasure.
  | "bag"
  | "erase"
  | "handover"
  | "access"
  | "left"
  | "notice"
  | "purge"
  | "repacked"
  // What lies outside: machines, services, files.
  | "backup"
  | "build"
  | "clock"
  | "damaged"
  | "data-folder"
  | "database"
  | "environment"
  | "folder"
  | "git"
  | "git-host"
  | "git-output"
  | "github"
  | "host"
  | "hung"
  | "identity"
  | "keys"
  | "lease"
  | "mirror"
  | "offline"
  | "port"
  | "published"
  | "push-refused"
  | "push-taken"
  | "rehearsal"
  | "release"
  | "seal"
  | "settings"
  | "socks"
  | "start"
  | "typeset"
  // How a command was called.
  | "usage";

/**
 * Something is broken: a file that is not canonical, a key that does not fit, a ledger that was rewritten.
 *
 * `code` and `away` are for programs and stay the same; `message` is lower-case, names the place and the rule, and holds
 * no name, address, token or IP. Expected refusals of a person's input are values, not errors (see `problem`s).
 */
export class LetterError extends Error {
  readonly code: ErrorCode;
  /** Whether a machine elsewhere gave no answer, or that of a server in trouble: the same may work later. */
  readonly away: boolean;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; away?: boolean } = {}) {
    super(message, options);
    this.name = "LetterError";
    this.code = code;
    this.away = options.away ?? false;
  }
}
