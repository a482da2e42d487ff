package bundle

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// SecretRef names a secret, "slack/url".
type SecretRef string

// secretPrefix is reserved by RFC 2606, so no placeholder ever leads anywhere.
const secretPrefix = "https://secret.invalid/"

var secretName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)

// ParseSecretRef checks a name: segments of letters, digits, ".", "_" and
// "-", separated by slashes, none of which starts with a dot.
func ParseSecretRef(name string) (SecretRef, error) {
	if !secretName.MatchString(name) {
		return "", fmt.Errorf("secret name %q: want segments of letters, digits, '.', '_' and '-', separated by '/'", name)
	}
	return SecretRef(name), nil
}

// Placeholder returns the scalar that stands for the secret.
func (r SecretRef) Placeholder() string { return secretPrefix + string(r) }

// secretOf returns the reference that a scalar stands for. Only a whole scalar
// is a placeholder; text that merely contains one is not.
func secretOf(v Value) (SecretRef, bool) {
	if v.Kind != String {
		return "", false
	}
	name, ok := strings.CutPrefix(v.Text, secretPrefix)
	if !ok || !secretName.MatchString(name) {
		return "", false
	}
	return SecretRef(name), true
}

// SecretUse is one place where a secret is used.
type SecretUse struct {
	Secret  SecretRef
	Object  Ref
	Pointer string
}

// Secrets returns where secrets are used, in the order of objects.
func (b *Bundle) Secrets() ([]SecretUse, error) {
	var uses []SecretUse
	for _, o := range b.objs {
		if o.Ref.Kind.IsRaw() {
			continue
		}
		v, err := o.Value()
		if err != nil {
			return nil, err
		}
		v.Walk(func(pointer string, v Value) bool {
			if s, ok := secretOf(v); ok {
				uses = append(uses, SecretUse{Secret: s, Object: o.Ref, Pointer: pointer})
			}
			return true
		})
	}
	return uses, nil
}

// ErrKeepPlaceholder is returned by a lookup to leave a placeholder standing.
var ErrKeepPlaceholder = errors.New("the secret stays a placeholder")

// Resolve replaces every placeholder by what lookup returns for it; a secret is
// looked up once. All failures are reported together.
func (b *Bundle) Resolve(lookup func(SecretRef) (string, error)) (*Resolved, error) {
	r := &Resolved{values: map[Ref]Value{}, raw: map[Ref][]byte{}}
	known := map[SecretRef]string{}
	failed := map[SecretRef]error{}
	for _, o := range b.objs {
		r.refs = append(r.refs, o.Ref)
		if o.Ref.Kind.IsRaw() {
			r.raw[o.Ref] = o.Body.Bytes()
			continue
		}
		v, err := o.Value()
		if err != nil {
			return nil, err
		}
		r.values[o.Ref], _ = v.MapScalars(func(_ string, v Value) (Value, error) {
			s, ok := secretOf(v)
			if !ok || failed[s] != nil {
				return v, nil
			}
			text, ok := known[s]
			if !ok {
				if text, err = lookup(s); errors.Is(err, ErrKeepPlaceholder) {
					text = s.Placeholder()
				} else if err != nil {
					failed[s] = fmt.Errorf("resolve secret %q for %s: %w", s, o.Ref, err)
					return v, nil
				}
				known[s] = text
			}
			return StringValue(text), nil
		})
	}
	if len(failed) > 0 {
		var names []SecretRef
		for s := range failed {
			names = append(names, s)
		}
		slices.Sort(names)
		var errs []error
		for _, s := range names {
			errs = append(errs, failed[s])
		}
		return nil, errors.Join(errs...)
	}
	return r, nil
}

// Resolved is a bundle with its secrets in it. It deliberately has neither
// marshaller nor hash, and prints as a fixed text.
type Resolved struct {
	refs   []Ref
	values map[Ref]Value
	raw    map[Ref][]byte
}

// String keeps secrets out of logs.
func (*Resolved) String() string { return "bundle.Resolved(redacted)" }

// GoString keeps secrets out of logs.
func (r *Resolved) GoString() string { return r.String() }

// Refs returns the references of the objects, sorted.
func (r *Resolved) Refs() []Ref { return r.refs }

// YAML returns the content of an object as YAML; of a raw one the content.
func (r *Resolved) YAML(ref Ref) ([]byte, error) {
	if raw, ok := r.raw[ref]; ok {
		return raw, nil
	}
	v, ok := r.values[ref]
	if !ok {
		return nil, fmt.Errorf("object %s is not in the bundle", ref)
	}
	return EncodeYAML(v)
}

// Placeholder returns the secret that a value stands for, if it does.
func Placeholder(v Value) (SecretRef, bool) { return secretOf(v) }
