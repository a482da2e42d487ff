package revision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
)

// formatVersion is of the store's own files.
const formatVersion = 1

// Object is one object of a revision.
type Object struct {
	Ref  bundle.Ref  `json:"ref"`
	Hash bundle.Hash `json:"hash"`
}

// Manifest describes a revision.
type Manifest struct {
	FormatVersion int `json:"format_version"`
	// ID is the revision, computed from Objects.
	ID          bundle.Hash `json:"revision"`
	Environment string      `json:"environment"`
	Author      string      `json:"author,omitempty"`
	Message     string      `json:"message,omitempty"`
	// Commit is the commit of the sources, if the author named one.
	Commit  string    `json:"commit,omitempty"`
	Created time.Time `json:"created"`
	// Validated says that the server found no error in it.
	Validated bool     `json:"validated"`
	Objects   []Object `json:"objects"`
}

// Reason says why a revision was activated.
type Reason string

// The reasons.
const (
	Deploy   Reason = "deploy"
	Rollback Reason = "rollback"
)

// Activation is the moment at which a revision began to run.
type Activation struct {
	Time     time.Time   `json:"time"`
	Revision bundle.Hash `json:"revision"`
	// Environment is the one that it was deployed as.
	Environment string `json:"environment"`
	// By is who did it, empty if nobody said.
	By      string `json:"by,omitempty"`
	Message string `json:"message,omitempty"`
	Reason  Reason `json:"reason"`
}

// activeFile is the file "active".
type activeFile struct {
	FormatVersion int          `json:"format_version"`
	Activations   []Activation `json:"activations"`
}

// Objects returns the objects of a bundle by content.
func Objects(b *bundle.Bundle) []Object {
	out := make([]Object, 0, b.Len())
	for _, o := range b.Objects() {
		out = append(out, Object{Ref: o.Ref, Hash: o.Body.Hash()})
	}
	return out
}

func (m Manifest) hashes() []bundle.Hash {
	out := make([]bundle.Hash, 0, len(m.Objects))
	for _, o := range m.Objects {
		out = append(out, o.Hash)
	}
	return out
}

// decodeStrict reads one JSON document that has no field we do not know.
func decodeStrict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the end of the document")
	}
	return nil
}

func encode(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// newestFirst sorts manifests by creation, then identifier.
func newestFirst(ms []Manifest) {
	slices.SortFunc(ms, func(a, b Manifest) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
}
