import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import {
  append,
  assertConsistency,
  EMPTY_FRONTIER,
  EMPTY_ROOT,
  equal,
  type Hash,
  leafHash,
  nodeHash,
  rootFromInclusion,
  rootOf,
  treeRoot,
} from "../../../scripts/letter/ledger/tree.ts";
import { noVectors, readVectorJson } from "../../support/vectors.ts";

// The leaves of RFC 6962's own test data (certificate-transparency, merkletree_test) and the roots of their first n.
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const leaves = LEAVES.map((hex) => leafHash(Buffer.from(hex, "hex")));
const hex = (hash: Hash) => Buffer.from(hash).toString("hex");

/** MTH, PATH and PROOF as RFC 6962 §2.1 writes them down: recursive, slow, obviously right. */
const largestPowerBelow = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);
function mth(d: readonly Hash[]): Hash {
  if (d.length === 0) return EMPTY_ROOT;
  if (d.length === 1) return d[0]!;
  const k = largestPowerBelow(d.length);
  return nodeHash(mth(d.slice(0, k)), mth(d.slice(k)));
}
function path(m: number, d: readonly Hash[]): Hash[] {
  if (d.length <= 1) return [];
  const k = largestPowerBelow(d.length);
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function proof(m: number, d: readonly Hash[], whole = true): Hash[] {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = largestPowerBelow(d.length);
  return m <= k
    ? [...proof(m, d.slice(0, k), whole), mth(d.slice(k))]
    : [...proof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}
const many = Array.from({ length: 70 }, (_, i) => leafHash(String(i)));
const size = fc.integer({ min: 1, max: many.length });

describe("a tree", () => {
  it.each(ROOTS.map((root, n) => [n, root] as const))("of %d leaves has the root of RFC 6962", (n, root) => {
    expect(hex(treeRoot(leaves.slice(0, n)))).toBe(root);
  });

  it("has the root of the definition at every size, however it grew", () => {
    for (let n = 0; n <= many.length; n++) expect(treeRoot(many.slice(0, n))).toEqual(mth(many.slice(0, n)));
    fc.assert(
      fc.property(size, fc.nat(70), (n, cut) => {
        const grown = append(append(EMPTY_FRONTIER, many.slice(0, Math.min(cut, n))), many.slice(Math.min(cut, n), n));
        expect(rootOf(grown)).toEqual(mth(many.slice(0, n)));
        expect(grown.size).toBe(n);
      }),
    );
  });

  it("keeps leaves and nodes apart", () => {
    const [a, b] = many as [Hash, Hash];
    expect(leafHash(Buffer.concat([a, b]))).not.toEqual(nodeHash(a, b));
  });

  it("proves each of its leaves, and nothing else", () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), (n, at, other) => {
        const [index, wrong] = [at % n, other % n];
        const good = path(index, many.slice(0, n));
        expect(rootFromInclusion(index, n, many[index]!, good)).toEqual(mth(many.slice(0, n)));
        if (wrong !== index)
          expect(rootOrNone(() => rootFromInclusion(wrong, n, many[index]!, good))).not.toEqual(mth(many.slice(0, n)));
        expect(() => rootFromInclusion(index, n, many[index]!, [...good, many[0]!])).toThrow(LetterError);
        if (good.length > 0)
          expect(() => rootFromInclusion(index, n, many[index]!, good.slice(1))).toThrow(LetterError);
      }),
    );
  });

  it("proves that it begins with each earlier one, and with nothing else", () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (a, b, at) => {
        const [one, two] = [Math.min(a, b), Math.max(a, b)];
        const [root1, root2] = [mth(many.slice(0, one)), mth(many.slice(0, two))];
        const good = proof(one, many.slice(0, two));
        assertConsistency(one, root1, two, root2, good);
        const flipped = (hash: Hash) => hash.map((byte, i) => (i === at % 32 ? byte ^ 1 : byte));
        expect(() => assertConsistency(one, flipped(root1), two, root2, good)).toThrow(LetterError);
        expect(() => assertConsistency(one, root1, two, flipped(root2), good)).toThrow(LetterError);
        expect(() => assertConsistency(one, root1, two, root2, [...good, root1])).toThrow(LetterError);
        if (good.length > 0) {
          const i = at % good.length;
          const changed = good.map((hash, n) => (n === i ? flipped(hash) : hash));
          expect(() => assertConsistency(one, root1, two, root2, changed)).toThrow(LetterError);
          expect(() => assertConsistency(one, root1, two, root2, good.slice(1))).toThrow(LetterError);
        }
      }),
    );
  });

  it("refuses proofs from nothing, backwards, and of hashes that are none", () => {
    const root = mth(many.slice(0, 4));
    expect(() => assertConsistency(0, EMPTY_ROOT, 4, root, [])).toThrow("no consistency proof");
    expect(() => assertConsistency(5, root, 4, root, [])).toThrow("no consistency proof");
    expect(() => assertConsistency(1.5, root, 4, root, [])).toThrow("no consistency proof");
    expect(() => assertConsistency(2, root, 4, root, [root.subarray(1)])).toThrow("32 bytes");
    expect(() => rootFromInclusion(0, 4, root, [new Uint8Array(0)])).toThrow("32 bytes");
    for (const [index, n] of [
      [4, 4],
      [-1, 4],
      [0, 0],
      [0.5, 4],
    ] as const)
      expect(() => rootFromInclusion(index, n, root, [])).toThrow("outside the tree");
  });
});

function rootOrNone(run: () => Hash): Hash | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

describe.skipIf(noVectors)("the proofs of transparency-dev", () => {
  const decode = (text: string | null) => new Uint8Array(Buffer.from(text ?? "", "base64"));
  type Vector = { name: string; wantErr: boolean; proof: string[] | null };
  // A list of vectors is only known inside a test, so each test goes over all of them and names the ones that differ.
  const differing = <T extends Vector>(file: string, check: (vector: T) => void) => {
    const vectors = readVectorJson<T[]>(file);
    expect(vectors.length).toBeGreaterThan(40);
    return vectors.filter((vector) => {
      try {
        check(vector);
        return vector.wantErr;
      } catch (error) {
        expect(error).toBeInstanceOf(LetterError);
        return !vector.wantErr;
      }
    });
  };

  it("of inclusion: good ones pass, bad ones do not", () => {
    type Inclusion = Vector & { leafIdx: number; treeSize: number; root: string; leafHash: string };
    const wrong = differing<Inclusion>("merkle/inclusion.json", (vector) => {
      const leaf = decode(vector.leafHash);
      const root = rootFromInclusion(vector.leafIdx, vector.treeSize, leaf, (vector.proof ?? []).map(decode));
      if (!equal(root, decode(vector.root))) throw new LetterError("proof", "another root");
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it("of consistency: good ones pass, bad ones do not", () => {
    type Consistency = Vector & { size1: number; size2: number; root1: string; root2: string };
    const wrong = differing<Consistency>("merkle/consistency.json", (vector) => {
      const { size1, size2, root1, root2 } = vector;
      assertConsistency(size1, decode(root1), size2, decode(root2), (vector.proof ?? []).map(decode));
    });
    // Its "roots" are 12 bytes: what is not a hash is refused here, however equal.
    expect(wrong.map(({ name }) => name)).toEqual(["additional/sizes-are-equal-one-and-proof-is-empty"]);
  });
});
