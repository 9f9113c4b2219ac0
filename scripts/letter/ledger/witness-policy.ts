import { LetterError } from "../bytes/error.ts";
import { COSIGNER_KEY, isVkeyOfOtherKind, type NoteVerifier, parseVkey } from "./note.ts";

/** A witness of a policy: its name there, its key, and the URL to which `add-checkpoint` is appended. */
export type Witness = { readonly name: string; readonly cosigner: NoteVerifier; readonly url?: string };

type Group = { readonly threshold: number; readonly members: readonly string[] };

/** The known ledgers and witnesses, and which witnesses suffice. Source: C2SP tlog-policy. */
export type WitnessPolicy = {
  readonly logs: readonly NoteVerifier[];
  readonly witnesses: readonly Witness[];
  readonly groups: ReadonlyMap<string, Group>;
  /** a witness, a group, or `none` */
  readonly quorum: string;
};

/**
 * Parses a policy: `log VKEY [URL]`, `witness NAME VKEY [URL]`, `group NAME all|any|K MEMBER …` and one
 * `quorum NAME|none`, one per line. A line can name only what is defined above it. A log or witness whose key is of an
 * algorithm that is not known here is passed over: such a witness has a name, and never cosigned.
 *
 * @throws LetterError `policy`, naming the line and the rule
 */
export function parseWitnessPolicy(text: string): WitnessPolicy {
  const logs: NoteVerifier[] = [];
  const witnesses: Witness[] = [];
  const groups = new Map<string, Group>();
  const names = new Set(["none"]);
  const members = new Set<string>();
  let quorum: string | undefined;

  const define = (name = "") => {
    if (name === "") throw rule("a name is missing");
    if (names.has(name)) throw rule("the name is taken");
    names.add(name);
    return name;
  };
  const defined = (name = "") => {
    if (name === "none" || !names.has(name)) throw rule("it names what is not defined above it");
    return name;
  };
  const read = (word: string, [first, second, ...rest]: string[]) => {
    if (word === "log") {
      if (rest.length > 0) throw rule("a log has a key and at most an address");
      if (!isVkeyOfOtherKind(first ?? "")) logs.push(newKey(logs, parseVkey(first ?? "")));
    } else if (word === "witness") {
      if (rest.length > 1) throw rule("a witness has a name, a key and at most an address");
      if (isVkeyOfOtherKind(second ?? "")) {
        define(first);
        return;
      }
      const known = witnesses.map(({ cosigner }) => cosigner);
      const cosigner = newKey(known, parseVkey(second ?? "", COSIGNER_KEY));
      witnesses.push({ name: define(first), cosigner, ...(rest[0] ? { url: parseUrl(rest[0]) } : {}) });
    } else if (word === "group") {
      for (const member of rest) {
        // Otherwise a witness could count twice towards a quorum.
        if (members.has(defined(member))) throw rule("a name is a member of one group, once");
        members.add(member);
      }
      groups.set(define(first), { threshold: thresholdOf(second, rest.length), members: rest });
    } else if (word === "quorum") {
      if (quorum !== undefined || second !== undefined) throw rule("there is one quorum, of one name");
      quorum = first === "none" ? first : defined(first);
    } else throw rule("a line begins with log, witness, group or quorum");
  };

  if (/[^\t\n\x20-\x7e\x80-\uffff]/.test(text)) throw new LetterError("policy", "the policy has control characters");
  for (const [i, line] of text.split("\n").entries()) {
    const [word, ...rest] = line.split(/[\t ]+/).filter((part) => part !== "");
    if (word === undefined || word.startsWith("#")) continue;
    try {
      read(word, rest);
    } catch (cause) {
      throw new LetterError("policy", `line ${i + 1} of the policy: ${(cause as Error).message}`, { cause });
    }
  }
  if (quorum === undefined) throw new LetterError("policy", "the policy has no quorum: write `quorum none` for none");
  return { logs, witnesses, groups, quorum };
}

/** Whether the quorum is met when the witnesses with these names in the policy have cosigned. */
export function isQuorumMet(policy: WitnessPolicy, cosigned: ReadonlySet<string>): boolean {
  const has = (name: string): boolean => {
    const group = policy.groups.get(name);
    return group ? group.members.filter(has).length >= group.threshold : cosigned.has(name);
  };
  return policy.quorum === "none" || has(policy.quorum);
}

function newKey(known: readonly NoteVerifier[], key: NoteVerifier): NoteVerifier {
  if (known.some(({ publicKey }) => Buffer.compare(publicKey, key.publicKey) === 0))
    throw rule("the same key is there twice");
  return key;
}

function parseUrl(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? "")) throw rule("the address must begin with https");
  return text.replace(/\/$/, "");
}

function thresholdOf(text: string | undefined, members: number): number {
  const number = text === "any" ? 1 : text === "all" ? members : /^[1-9]\d{0,3}$/.test(text ?? "") ? Number(text) : 0;
  if (number < 1 || number > members) throw rule("a group asks for all, any, or a number of its members");
  return number;
}

function rule(message: string): LetterError {
  return new LetterError("policy", message);
}
