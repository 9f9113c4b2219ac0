// An independent client: Go's own implementation of transparency logs and signed notes judges what this project
// publishes, and this project judges what Go signed. The ledgers come from write-ledgers.ts.
package ledger

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var (
	folder   string
	verifier note.Verifier
	sizes    []int64
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	var err error
	if folder, err = os.MkdirTemp("", "undersigned-go-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	if output, err := node("write-ledgers.ts", folder); err != nil {
		return 1, fmt.Errorf("write-ledgers.ts: %w\n%s", err, output)
	}
	if verifier, err = note.NewVerifier(strings.TrimSpace(text("vkey"))); err != nil {
		return 1, err
	}
	for _, line := range strings.Fields(text("sizes")) {
		size, err := strconv.ParseInt(line, 10, 64)
		if err != nil {
			return 1, err
		}
		sizes = append(sizes, size)
	}
	return m.Run(), nil
}

// node runs a program of this project with the Node that npm brought, or the machine's.
func node(args ...string) ([]byte, error) {
	program, err := filepath.Abs("../../node_modules/.bin/node")
	if _, missing := os.Stat(program); err != nil || missing != nil {
		program = "node"
	}
	return exec.Command(program, args...).CombinedOutput()
}

func text(path string) string {
	content, err := os.ReadFile(filepath.Join(folder, path))
	if err != nil {
		panic(err)
	}
	return string(content)
}

// checkpoint opens a signed note and reads the three lines that every checkpoint has.
func checkpoint(t testing.TB, message string) tlog.Tree {
	t.Helper()
	opened, err := note.Open([]byte(message), note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		t.Fatalf("not a checkpoint: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		t.Fatal(err)
	}
	return tlog.Tree{N: size, Hash: root}
}

// site reads tiles of height 8 among the files that a site of one size shows.
type site struct {
	t     testing.TB
	files map[string]bool
	seen  map[string]bool
}

func siteAt(t testing.TB, size int64) *site {
	files := map[string]bool{}
	for _, path := range strings.Fields(text(fmt.Sprintf("log/files.%d", size))) {
		files[path] = true
	}
	return &site{t, files, map[string]bool{}}
}

// path is the address by C2SP tlog-tiles: Go's own has the height in it and calls entries "data".
func path(tile tlog.Tile) string {
	full := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(full, "data/", "entries/", 1)
}

func (s *site) read(tile tlog.Tile) ([]byte, error) {
	name := path(tile)
	if !s.files[name] {
		return nil, fmt.Errorf("no file %s", name)
	}
	s.seen[name] = true
	return os.ReadFile(filepath.Join(folder, "log", name))
}

func (s *site) Height() int { return 8 }

func (s *site) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		if data[i], err = s.read(tile); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func (s *site) SaveTiles([]tlog.Tile, [][]byte) {}

// entries splits a bundle: each entry with its length in two bytes before it.
func entries(t testing.TB, bundle []byte) [][]byte {
	var all [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle) < 2+int(bundle[0])<<8+int(bundle[1]) {
			t.Fatal("a bundle is cut short")
		}
		length := int(bundle[0])<<8 + int(bundle[1])
		all = append(all, bundle[2:2+length])
		bundle = bundle[2+length:]
	}
	return all
}

func entriesOf(t testing.TB, s *site, number, size int64) [][]byte {
	width := min(256, size-number*256)
	bundle, err := s.read(tlog.Tile{H: 8, L: -1, N: number, W: int(width)})
	if err != nil {
		t.Fatal(err)
	}
	found := entries(t, bundle)
	if int64(len(found)) != width {
		t.Fatalf("bundle %d of size %d has %d entries", number, size, len(found))
	}
	return found
}

func TestCheckpointTilesAndEntries(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			tree := checkpoint(t, text(fmt.Sprintf("log/checkpoint.%d", size)))
			if tree.N != size {
				t.Fatalf("the checkpoint is of size %d", tree.N)
			}
			s := siteAt(t, size)
			reader := tlog.TileHashReader(tree, s)
			if root, err := tlog.TreeHash(size, reader); err != nil || root != tree.Hash {
				t.Fatalf("root %v: %v", root, err)
			}
			for number := int64(0); number*256 < size; number++ {
				var indexes []int64
				found := entriesOf(t, s, number, size)
				for i := range found {
					indexes = append(indexes, tlog.StoredHashIndex(0, number*256+int64(i)))
				}
				hashes, err := reader.ReadHashes(indexes)
				if err != nil {
					t.Fatal(err)
				}
				for i, entry := range found {
					if tlog.RecordHash(entry) != hashes[i] {
						t.Fatalf("entry %d does not have its hash", number*256+int64(i))
					}
				}
			}
			// Every tile that the tree of this size has, on every level.
			for level, count := 0, size; count > 0; level, count = level+1, count/256 {
				for number := int64(0); number*256 < count; number++ {
					tile := tlog.Tile{H: 8, L: level, N: number, W: int(min(256, count-number*256))}
					data, err := s.read(tile)
					if err != nil {
						t.Fatal(err)
					}
					want, err := tlog.ReadTileData(tile, reader)
					if err != nil || !bytes.Equal(want, data) {
						t.Fatalf("%s: %v", path(tile), err)
					}
				}
			}
			t.Logf("%d files read", len(s.seen))
		})
	}
}

func TestNoFileIsLeftOver(t *testing.T) {
	// What no published size needs would be a tile that nobody checks.
	all := siteAt(t, sizes[len(sizes)-1])
	needed := map[string]bool{}
	for _, size := range publishedSizes(t) {
		for level, count := 0, size; count > 0; level, count = level+1, count/256 {
			for _, tile := range tilesOf(level, count, size) {
				needed[path(tile)] = true
			}
		}
	}
	for name := range all.files {
		if !needed[name] {
			t.Errorf("%s belongs to no published size", name)
		}
	}
	for name := range needed {
		if !all.files[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

func tilesOf(level int, count, size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for number := int64(0); number*256 < count; number++ {
		width := int(min(256, count-number*256))
		tiles = append(tiles, tlog.Tile{H: 8, L: level, N: number, W: width})
		if level == 0 {
			tiles = append(tiles, tlog.Tile{H: 8, L: -1, N: number, W: width})
		}
	}
	return tiles
}

func publishedSizes(t testing.TB) []int64 {
	names, err := filepath.Glob(filepath.Join(folder, "log", "checkpoint.*"))
	if err != nil || len(names) < 300 {
		t.Fatalf("%d checkpoints: %v", len(names), err)
	}
	var all []int64
	for _, name := range names {
		size, err := strconv.ParseInt(strings.TrimPrefix(filepath.Ext(name), "."), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, size)
	}
	return all
}

func TestConsistencyBetweenAllPublishedSizes(t *testing.T) {
	// A tree needs only the tiles of its own size: each later one proves that it begins with each earlier one.
	trees := map[int64]tlog.Tree{}
	for _, size := range publishedSizes(t) {
		trees[size] = checkpoint(t, text(fmt.Sprintf("log/checkpoint.%d", size)))
	}
	proofs := 0
	for _, later := range sizes {
		reader := tlog.TileHashReader(trees[later], siteAt(t, later))
		for size, earlier := range trees {
			if size == 0 || size >= later {
				continue
			}
			proof, err := tlog.ProveTree(later, size, reader)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckTree(proof, later, trees[later].Hash, size, earlier.Hash); err != nil {
				t.Fatalf("%d to %d: %v", size, later, err)
			}
			if err := tlog.CheckTree(proof, later, trees[later].Hash, size, trees[1].Hash); size > 1 && err == nil {
				t.Fatalf("%d to %d: another root is taken", size, later)
			}
			proofs++
		}
	}
	t.Logf("%d proofs", proofs)
}

// receipt reads a C2SP tlog-proof.
func receipt(t testing.TB, message string) (int64, tlog.RecordProof, tlog.Tree) {
	head, rest, found := strings.Cut(message, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		t.Fatalf("not a receipt: %q", message)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			t.Fatal(err)
		}
		proof = append(proof, hash)
	}
	return index, proof, checkpoint(t, rest)
}

func TestReceipts(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(folder, "log", "*.tlog-proof"))
	if err != nil || len(names) < 20 {
		t.Fatalf("%d receipts: %v", len(names), err)
	}
	for _, name := range names {
		message, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		index, proof, tree := receipt(t, string(message))
		entry := entriesOf(t, siteAt(t, tree.N), index/256, tree.N)[index%256]
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
			t.Fatalf("%s: %v", filepath.Base(name), err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(append(entry, '.'))); err == nil {
			t.Fatalf("%s proves another entry too", filepath.Base(name))
		}
	}
}

// The verify page made this one in a browser, from a withdrawal code and the public files.
func TestReceiptOfTheVerifyPage(t *testing.T) {
	output, err := node("write-browser-receipt.ts", folder)
	if bytes.Contains(output, []byte("CHROME_PATH")) {
		t.Skipf("no browser: %s", output)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	index, proof, tree := receipt(t, text("browser/receipt.tlog-proof"))
	entry := []byte(text("browser/entry"))
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		t.Fatal(err)
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(append(entry, '.'))); err == nil {
		t.Fatal("it proves another entry too")
	}
	t.Logf("entry %d of %d", index, tree.N)
}

func TestWhatGoSignedIsVerified(t *testing.T) {
	secret, vkey, err := note.GenerateKey(nil, "go.example.org/ledger")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	s := filepath.Join(folder, "site")
	signLedger(t, s, signer)
	keys := filepath.Join(s, "keys.json")
	old, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	write(t, keys, bytes.Replace(old, []byte(strings.TrimSpace(text("vkey"))), []byte(vkey), 1))
	output, err := node("../../scripts/cli/verify.ts", s, "--vkey", vkey)
	if err != nil || !strings.HasPrefix(string(output), "ok: ") {
		t.Fatalf("%v: %s", err, output)
	}
	// One bit in a tile that Go wrote.
	tile := filepath.Join(s, "ledger", "tile", "0", "000")
	data, err := os.ReadFile(tile)
	if err != nil {
		t.Fatal(err)
	}
	data[100] ^= 1
	write(t, tile, data)
	if output, err := node("../../scripts/cli/verify.ts", s, "--vkey", vkey); err == nil || !bytes.Contains(output, []byte("failed: ledger/tile/0/000: entry 3")) {
		t.Fatalf("%v: %s", err, output)
	}
}

// signLedger makes every tile of a site anew from its entries alone, and signs its checkpoint with another key.
func signLedger(t *testing.T, s string, signer note.Signer) {
	bundles, err := filepath.Glob(filepath.Join(s, "ledger/tile/entries/[0-9][0-9][0-9]"))
	if err != nil {
		t.Fatal(err)
	}
	partials, err := filepath.Glob(filepath.Join(s, fmt.Sprintf("ledger/tile/entries/%03d.p/*", len(bundles))))
	if err != nil || len(bundles) == 0 || len(partials) == 0 {
		t.Fatalf("%d bundles, %d partial ones: %v", len(bundles), len(partials), err)
	}
	longest := partials[0]
	for _, name := range partials {
		if width(t, name) > width(t, longest) {
			longest = name
		}
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	size := int64(0)
	for _, name := range append(bundles, longest) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries(t, data) {
			hashes, err := tlog.StoredHashes(size, entry, reader)
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, hashes...)
			size++
		}
	}
	for level := range 2 {
		if err := os.RemoveAll(filepath.Join(s, "ledger/tile", fmt.Sprint(level))); err != nil {
			t.Fatal(err)
		}
	}
	for _, old := range append([]int64{0}, sizesOf(t, s, size)...) {
		for _, tile := range tlog.NewTiles(8, old, size) {
			data, err := tlog.ReadTileData(tile, reader)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(s, "ledger", path(tile)), data)
		}
		for level, count := 0, old; count > 0; level, count = level+1, count/256 {
			if count%256 == 0 {
				continue
			}
			tile := tlog.Tile{H: 8, L: level, N: count / 256, W: int(count % 256)}
			data, err := tlog.ReadTileData(tile, reader)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(s, "ledger", path(tile)), data)
		}
	}
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s, "ledger/checkpoint"), signed)
	count, err := os.ReadFile(filepath.Join(s, "count.json"))
	if err != nil || !bytes.Contains(count, []byte(base64.StdEncoding.EncodeToString(root[:]))) {
		t.Fatalf("count.json has another root than Go: %v", err)
	}
}

// sizesOf is every size whose partial bundle a site shows.
func sizesOf(t *testing.T, s string, size int64) []int64 {
	var all []int64
	for number := int64(0); number*256 <= size; number++ {
		names, err := filepath.Glob(filepath.Join(s, fmt.Sprintf("ledger/tile/entries/%03d.p/*", number)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			all = append(all, number*256+width(t, name))
		}
	}
	return all
}

func width(t *testing.T, name string) int64 {
	width, err := strconv.ParseInt(filepath.Base(name), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return width
}

func write(t *testing.T, name string, data []byte) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
