// Command go checks an exported log with nothing of ours: the note and tlog packages of
// golang.org/x/mod open its checkpoints and prove every entry and every continuation.
//
// Usage: go run main.go FOLDER VERIFIER-KEY
// FOLDER holds checkpoint, checkpoint.old, tile/L/N[.p/W] and entries/I.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	folder, vkey := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	check(err, "verifier key")
	now := open(filepath.Join(folder, "checkpoint"), verifier)
	old := open(filepath.Join(folder, "checkpoint.old"), verifier)
	hashes := tlog.TileHashReader(now, tiles{folder})

	proof, err := tlog.ProveTree(now.N, old.N, hashes)
	check(err, "consistency proof")
	check(tlog.CheckTree(proof, now.N, now.Hash, old.N, old.Hash), "consistency")

	for index := int64(0); index < now.N; index++ {
		body, err := os.ReadFile(filepath.Join(folder, "entries", strconv.FormatInt(index, 10)))
		check(err, "entry")
		proof, err := tlog.ProveRecord(now.N, index, hashes)
		check(err, "inclusion proof")
		check(tlog.CheckRecord(proof, now.N, now.Hash, index, tlog.RecordHash(body)), "inclusion")
	}
	fmt.Printf("%d entries continue %d\n", now.N, old.N)
}

// open verifies the signature of a checkpoint and reads its three lines.
func open(path string, verifier note.Verifier) tlog.Tree {
	text, err := os.ReadFile(path)
	check(err, "checkpoint")
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err, "signature of the checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		check(fmt.Errorf("%q", opened.Text), "text of the checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err, "root")
	var hash tlog.Hash
	if copy(hash[:], root) != tlog.HashSize {
		check(fmt.Errorf("%d bytes", len(root)), "root")
	}
	return tlog.Tree{N: size, Hash: hash}
}

// tiles reads tiles by the paths of C2SP tlog-tiles, which leave out the height.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error, what string) {
	if err != nil {
		fmt.Printf("%s: %v\n", what, err)
		os.Exit(1)
	}
}
