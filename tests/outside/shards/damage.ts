import { join } from "node:path";
import { readContent } from "../../../scripts/site/views/read-content.ts";
import { acceptedAtOnce } from "../../bench/long-ledger.ts";
import { type Site, signed } from "../../letter/invented.ts";
import { edition, publishedSite } from "../../site/published-site.ts";
import { withFilesOf } from "../../support/campaigns/taken-down.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";

/** A site of three shards, some of whose signatories have left, and a way to damage it. */
export type DamagedSites = {
  readonly site: Site;
  /** a site with one to three kinds of damage, and what they are; the same for the same number */
  damaged(number: number): { readonly site: Site; readonly what: string };
};

const SIGNATURES = 540;

export async function openDamagedSites(): Promise<DamagedSites> {
  const { letterTexts } = await readContent(join(root, "content"));
  const whole = acceptedAtOnce(SIGNATURES, { edition, texts: letterTexts });
  const leaving = new Set([3, 300, 301, 530].map((i) => whole.rows[i]!.index));
  const entries = [...whole.entries, ...[...leaving].map((index) => `undersigned/v1 withdraw ${index}`)];
  const record = signed({ ...whole, entries, rows: whole.rows.filter(({ index }) => !leaving.has(index)) });
  const site = await publishedSite(record);
  return {
    site,
    damaged(number) {
      const random = fixedRandomness(`damage ${number}`);
      const pick: Pick = (count) => Buffer.from(random(4)).readUInt32BE() % count;
      const what: string[] = [];
      let of = site;
      // A ledger that its owner forged and signed, in one case of three.
      if (pick(3) === 0) {
        const [name, forge] = FORGERIES[pick(FORGERIES.length)]!;
        what.push(name);
        of = withFilesOf(signed({ ...record, entries: forge([...record.entries], pick) }), site);
      }
      const files = new Map(of);
      for (let left = what.length === 1 ? pick(3) : 1 + pick(3); left > 0; left--) {
        const [name, damage] = DAMAGES[pick(DAMAGES.length)]!;
        what.push(`${name}: ${damage(files, pick)}`);
      }
      return { site: files, what: what.join("; ") };
    },
  };
}

/** Draws a number below `count`. */
type Pick = (count: number) => number;

type Forgery = (entries: string[], pick: Pick) => string[];

/** Among the accept entries: the letter and the batch come before them. */
const acceptAt = (pick: Pick) => 2 + pick(SIGNATURES - 2);

const FORGERIES: readonly (readonly [string, Forgery])[] = [
  ["two entries have changed places", (entries, pick) => swap(entries, acceptAt(pick), acceptAt(pick))],
  ["an entry is gone", (entries, pick) => entries.toSpliced(acceptAt(pick), 1)],
  ["an entry is there twice", (entries, pick) => twice(entries, acceptAt(pick))],
  ["an entry stands for another", (entries, pick) => entries.with(acceptAt(pick), entries[acceptAt(pick)]!)],
  [
    "two attestations are those of others",
    (entries, pick) => {
      const [one, two, other] = [acceptAt(pick), acceptAt(pick), acceptAt(pick)];
      const forged = (at: number) => entries[at]!.replace(/\S+$/, /\S+$/.exec(entries[other]!)![0]);
      return entries.with(one, forged(one)).with(two, forged(two));
    },
  ],
  ["one has left who never came", (entries) => [...entries, "undersigned/v1 withdraw 0"]],
];

type Damage = (files: Site, pick: Pick) => string;

const DAMAGES: readonly (readonly [string, Damage])[] = [
  ["rows have changed places", (files, pick) => onRows(files, pick, (rows) => swap(rows, pick(9), 9 + pick(9)))],
  ["a row is gone", (files, pick) => onRows(files, pick, (rows) => rows.toSpliced(pick(rows.length), 1))],
  ["a row is there twice", (files, pick) => onRows(files, pick, (rows) => twice(rows, pick(rows.length)))],
  ["a name is another", (files, pick) => onRows(files, pick, (rows) => rows.map((row) => row.replace("Sara", "Mara")))],
  ["a file is cut short", (files, pick) => onFile(files, pick, (bytes) => bytes.subarray(0, pick(bytes.length)))],
  ["a file is missing", (files, pick) => onFile(files, pick, () => undefined)],
  ["a file is that of another", (files, pick) => onFile(files, pick, () => files.get(fileOf(files, pick))!)],
  [
    "a bit is another",
    (files, pick) =>
      onFile(files, pick, (bytes) => {
        const flipped = Buffer.from(bytes);
        flipped[pick(bytes.length)]! ^= 1 << pick(8);
        return flipped;
      }),
  ],
  [
    "there is a file too many",
    (files, pick) => {
      const path = ["list/003.md", "list/x001/000.md", "ledger/tile/0/003", "en/signatures/4/index.html"][pick(4)]!;
      files.set(path, files.get("list/000.md") ?? Buffer.alloc(0));
      return path;
    },
  ],
];

function swap(lines: string[], one: number, two: number): string[] {
  return lines.with(one, lines[two]!).with(two, lines[one]!);
}

function twice(lines: string[], at: number): string[] {
  return lines.toSpliced(at, 0, lines[at]!);
}

/** Edits the rows of a full file of the list. */
function onRows(files: Site, pick: Pick, edit: (rows: string[]) => string[]): string {
  const path = `list/00${pick(2)}.md`;
  const [head, line, ...rows] = Buffer.from(files.get(path) ?? "")
    .toString("utf8")
    .trimEnd()
    .split("\n");
  if (rows.length > 18) files.set(path, Buffer.from(`${[head, line, ...edit(rows)].join("\n")}\n`));
  return path;
}

function onFile(files: Site, pick: Pick, edit: (bytes: Uint8Array) => Uint8Array | undefined): string {
  const path = fileOf(files, pick);
  const bytes = files.get(path)!;
  const edited = bytes.length > 0 ? edit(bytes) : bytes;
  if (edited === undefined) files.delete(path);
  else files.set(path, edited);
  return path;
}

/** One of the files that verification looks at; of the keys only one is signed by anything. */
function fileOf(files: Site, pick: Pick): string {
  const judged = /^(ledger|list|letter)\/|^count\.json$|^(en|fa)\/(signatures\/(\d\/)?)?index\.html$/;
  const paths = [...files.keys()].filter((path) => judged.test(path)).sort();
  return paths[pick(paths.length)]!;
}
