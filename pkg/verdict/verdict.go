package verdict

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// Kind says what sort of mistake a Finding is.
type Kind int

// The kinds of findings.
const (
	// Invalid is everything the other kinds are not.
	Invalid Kind = iota
	// UnknownField is a field that does not exist where it stands.
	UnknownField
	// WrongType is a value of another type than the field's.
	WrongType
)

// Finding is one mistake that a loader refuses a value for.
type Finding struct {
	Kind Kind
	// Pointer is the place of the mistake: the unknown field itself, else the
	// smallest part that could be found.
	Pointer string
	// Message is one sentence in plain words.
	Message string
	// Hint is what to do about it, or "".
	Hint string
	// Err is the loader's own error.
	Err error
}

// Loader is what is asked.
type Loader struct {
	// Load returns the upstream loader's error about YAML.
	Load func(yaml []byte) error
	// Type is the Go type that Load decodes into. Its fields are suggested
	// for misspelt ones.
	Type reflect.Type
	// Fields are names that exist beside Type's fields, by the pointer of the
	// object, with "*" for any token: what upstream decodes dynamically.
	Fields map[string][]string
	// Units are the pointers, with "*" for any index, of what can be taken
	// out without making the rest wrong, outermost first: "/scrape_configs/*".
	Units []string
}

// maxFindings bounds how often a loader is asked anew.
const maxFindings = 20

// Judge returns the mistakes for which the loader refuses a value, none
// exactly if it accepts the value. A Go error means that the value cannot be
// encoded or ctx is done.
func (l Loader) Judge(ctx context.Context, v bundle.Value) ([]Finding, error) {
	canonical, err := bundle.Canonical(v)
	if err != nil {
		return nil, err
	}
	refusal := l.load(canonical)
	whole, left := v, &leftOut{units: l.Units, parts: map[string]bool{}, mends: map[string][2]bundle.Value{}}
	var out []Finding
	chosen := false
	for refusal != nil && len(out) < maxFindings {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found, err := l.explain(v, refusal)
		if err != nil {
			return nil, err
		}
		progress := false
		missing := maps.Clone(left.parts) // what v lacks
		for _, f := range found {
			at := f.Pointer
			f.Pointer = restore(whole, missing, at)
			if with, ok := l.substitute(v, at, refusal.Error()); ok && f.Kind == Invalid && left.mend(f.Pointer, with) {
				out, progress = append(out, f), true
				continue
			}
			if !left.follows(f) && !chosen {
				out = append(out, f)
			}
			progress = left.add(f) || progress
		}
		if !progress {
			break
		}
		v = left.rest(whole, 0)
		refusal = l.loadValue(v)
		// What is only said of one choice of stand-ins comes from the choice.
		chosen = refusal != nil && !l.answers(left.rest(whole, 1), refusal.Error())
	}
	return out, nil
}

func (l Loader) loadValue(v bundle.Value) error {
	canonical, err := bundle.Canonical(v)
	if err != nil {
		return err
	}
	return l.load(canonical)
}

// load asks the loader and takes a panic for a refusal: upstream's loaders
// dereference what an incomplete configuration lacks.
func (l Loader) load(yaml []byte) (err error) {
	defer Recover(&err)
	return l.Load(yaml)
}

// Recover turns a panic of upstream's code into an error; it is deferred.
func Recover(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the loader itself crashes on this (%v)", p)
	}
}

// explain turns one refusal into findings: a decoding error lists several.
func (l Loader) explain(v bundle.Value, refusal error) ([]Finding, error) {
	if !isDecoding(refusal) {
		pointer := l.locate(v, refusal.Error())
		return []Finding{{Pointer: pointer, Message: plain(refusal.Error()), Err: refusal}}, nil
	}
	tree, err := newTree(v)
	if err != nil {
		return nil, err
	}
	// The canonical encoding is one line; the same again, a scalar a line.
	lined := l.load(tree.yaml)
	if lined == nil || !isDecoding(lined) {
		return []Finding{{Message: plain(refusal.Error()), Err: refusal}}, nil
	}
	var out []Finding
	for _, line := range decodingLines(lined) {
		out = append(out, l.decoding(tree, line, refusal))
	}
	return out, nil
}

var (
	unknownField = regexp.MustCompile(`^field (.+) not found in type (.+)$`)
	wrongType    = regexp.MustCompile("^cannot unmarshal !!(\\w+)(?: `((?s:.*))`)? into (.+)$")
)

func (l Loader) decoding(tree *tree, line decodingLine, refusal error) Finding {
	if m := unknownField.FindStringSubmatch(line.text); m != nil {
		f := Finding{Kind: UnknownField, Pointer: tree.key(line.number, m[1]), Err: refusal}
		f.Message = `unknown field "` + m[1] + `"`
		f.Hint = diag.DidYouMean(m[1], l.fieldsAt(parent(f.Pointer)))
		return f
	}
	if m := wrongType.FindStringSubmatch(line.text); m != nil {
		// A list in a list begins where the outer one does, which may be right.
		pointer := tree.value(line.number, m[1], func(pointer string) bool {
			return !takesLists(typeAt(l.Type, strings.Split(pointer, "/")[1:]))
		})
		return Finding{
			Kind: WrongType, Pointer: pointer, Err: refusal,
			Message: "found " + yamlKind(m[1], m[2]) + ", want " + goKind(m[3], typeAt(l.Type, strings.Split(pointer, "/")[1:])),
		}
	}
	return Finding{Pointer: tree.value(line.number, "", anywhere), Message: plain(line.text), Err: refusal}
}

func parent(pointer string) string {
	return pointer[:max(strings.LastIndexByte(pointer, '/'), 0)]
}
