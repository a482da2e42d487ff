package bundle

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

// Kind says what an object is.
type Kind string

// The kinds of objects.
const (
	// Alertmanager is the one Alertmanager configuration.
	Alertmanager Kind = "alertmanager"
	// Dashboard is a Grafana dashboard: Space is its folder, Name its uid.
	Dashboard Kind = "dashboard"
	// File is any other file that a configuration names, such as the targets
	// of file discovery: Space is the folder of the rendered tree it stands
	// in, Name its path there.
	File Kind = "file"
	// Prometheus is the one Prometheus configuration.
	Prometheus Kind = "prometheus"
	// Rules is one rule group: Space is its namespace, Name the group's name.
	Rules Kind = "rules"
	// Template is a file of Alertmanager templates: Name is its file name.
	Template Kind = "template"
)

// Kinds returns all kinds in their order.
func Kinds() []Kind { return []Kind{Alertmanager, Dashboard, File, Prometheus, Rules, Template} }

// IsRaw reports whether the body of such objects is a file's content and not
// a Value.
func (k Kind) IsRaw() bool { return k == File || k == Template }

// Ref is what an object is known by, for ever.
type Ref struct {
	Kind        Kind
	Space, Name string
}

// String returns "rules/node/cpu", or the kind alone where there can be only
// one. Slashes in a Space are written %2F.
func (r Ref) String() string {
	switch {
	case r.Space == "" && r.Name == "":
		return string(r.Kind)
	case r.Kind == Template:
		return string(r.Kind) + "/" + r.Name
	default:
		return string(r.Kind) + "/" + escapeSpace(r.Space) + "/" + r.Name
	}
}

func escapeSpace(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "%", "%25"), "/", "%2F")
}

// ParseRef is the inverse of String.
func ParseRef(s string) (Ref, error) {
	kind, rest, _ := strings.Cut(s, "/")
	r := Ref{Kind: Kind(kind)}
	if !slices.Contains(Kinds(), r.Kind) {
		return Ref{}, fmt.Errorf("object reference %q: unknown kind %q", s, kind)
	}
	switch r.Kind {
	case Alertmanager, Prometheus:
		if rest != "" {
			return Ref{}, fmt.Errorf("object reference %q: there is one %s only", s, kind)
		}
	case Template:
		r.Name = rest
	case Dashboard, File, Rules:
		space, name, _ := strings.Cut(rest, "/")
		r.Space = strings.ReplaceAll(strings.ReplaceAll(space, "%2F", "/"), "%25", "%")
		r.Name = name
	}
	if r.Kind != Alertmanager && r.Kind != Prometheus && r.Name == "" {
		return Ref{}, fmt.Errorf("object reference %q has no name", s)
	}
	return r, nil
}

// MarshalText implements encoding.TextMarshaler.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Ref) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRef(string(text))
	return err
}

// Compare orders references by kind, space and name.
func (r Ref) Compare(s Ref) int {
	return cmp.Or(cmp.Compare(r.Kind, s.Kind), cmp.Compare(r.Space, s.Space), cmp.Compare(r.Name, s.Name))
}

// Hash is a SHA-256 sum.
type Hash [sha256.Size]byte

// HashOf returns the hash of some bytes.
func HashOf(data []byte) Hash { return sha256.Sum256(data) }

// String returns the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short returns the first twelve digits, enough to tell revisions apart.
func (h Hash) Short() string { return h.String()[:12] }

// IsZero reports whether the hash is unset.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(h) {
		return fmt.Errorf("%q is not a SHA-256 sum in hexadecimal", text)
	}
	copy(h[:], b)
	return nil
}

// Blob is immutable content, known by its hash.
type Blob struct {
	hash Hash
	data []byte
}

// NewBlob takes ownership of data.
func NewBlob(data []byte) Blob { return Blob{hash: HashOf(data), data: data} }

// Bytes returns the content, which must not be changed.
func (b Blob) Bytes() []byte { return b.data }

// Hash returns the hash of the content.
func (b Blob) Hash() Hash { return b.hash }

// Len returns the length of the content in bytes.
func (b Blob) Len() int { return len(b.data) }

// Object is one thing that can be deployed.
type Object struct {
	Ref Ref
	// Body is the canonical encoding of the object's value or, for the kinds
	// that are raw, the file's content.
	Body Blob
	// Labels are for selection on this side; they are never shipped.
	Labels map[string]string
	// Entry is the source that was rendered, as the project calls it, or "".
	// Like Origin it is not part of any hash.
	Entry string
	// Origin leads to the sources; it is never nil and not part of any hash.
	Origin Origin
}

// NewObject encodes a value as the body of an object.
func NewObject(ref Ref, v Value, origin Origin) (Object, error) {
	body, err := Canonical(v)
	if err != nil {
		return Object{}, fmt.Errorf("encode %s: %w", ref, err)
	}
	return newObject(ref, body, origin), nil
}

// NewRawObject makes an object of a file's content.
func NewRawObject(ref Ref, content []byte, origin Origin) Object {
	return newObject(ref, content, origin)
}

func newObject(ref Ref, body []byte, origin Origin) Object {
	if origin == nil {
		origin = NewOrigin(diag.Span{File: ref.String()}, nil)
	}
	// The names are parts of the document that they were read from, which must
	// not stay for their sake.
	ref.Space, ref.Name = strings.Clone(ref.Space), strings.Clone(ref.Name)
	return Object{Ref: ref, Body: NewBlob(body), Origin: origin}
}

// Value decodes the body of an object that is not raw.
func (o Object) Value() (Value, error) {
	if o.Ref.Kind.IsRaw() {
		return Value{}, fmt.Errorf("object %s is a file and has no value", o.Ref)
	}
	return decodeCanonical(o.Ref, o.Body.Bytes())
}

func decodeCanonical(ref Ref, body []byte) (Value, error) {
	if v, err := DecodeJSON(body); err == nil {
		return v, nil
	}
	docs, diags := DecodeYAML(ref.String(), body)
	if diags.HasErrors() || len(docs) != 1 {
		return Value{}, fmt.Errorf("decode the body of %s: not canonical: %v", ref, diags)
	}
	return docs[0].Value, nil
}
