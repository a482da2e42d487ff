package routing_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/config"

	"github.com/monctl/monctl/pkg/bundle"
)

// TestSecretFilesAreUpstreams holds bundle's table of fields that can be read
// from a file against Alertmanager's own types: each of those, and no other.
func TestSecretFilesAreUpstreams(t *testing.T) {
	w := fileFields{t: t, seen: map[string]bool{}}
	w.walk(reflect.TypeFor[config.Config](), "")
	if len(w.seen) < 40 {
		t.Errorf("only %d sections with secrets were found", len(w.seen))
	}
}

type fileFields struct {
	t    *testing.T
	seen map[string]bool
}

// walk visits a section, the type of what stands under some key.
func (w fileFields) walk(typ reflect.Type, section string) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	key := typ.String() + " " + section
	if typ.Kind() != reflect.Struct || w.seen[key] {
		return
	}
	w.seen[key] = true
	secret := map[string]bool{}
	names := map[string]bool{}
	w.fields(typ, names, secret)
	for name := range names {
		has := names[name+"_file"]
		if (has || secret[name]) && section != "" {
			w.check(section, name, has)
		}
	}
}

func (w fileFields) fields(typ reflect.Type, names, secret map[string]bool) {
	for f := range typ.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		inner := f.Type
		for inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if strings.Contains(options, "inline") && inner.Kind() == reflect.Struct {
			w.fields(inner, names, secret)
		} else if f.IsExported() && name != "" && name != "-" {
			names[name] = true
			secret[name] = strings.Contains(inner.String(), "Secret") && inner.Kind() != reflect.Struct || inner.String() == "amcommoncfg.SecretURL"
			w.walk(f.Type, name)
		}
	}
}

// check renders a configuration with a secret in a field.
func (w fileFields) check(section, field string, has bool) {
	v := bundle.MapValue(map[string]bundle.Value{section: bundle.ArrayValue(bundle.MapValue(map[string]bundle.Value{
		field: bundle.StringValue("https://secret.invalid/a/b"),
	}))})
	o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Alertmanager}, v, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	b, _ := bundle.New("default", []bundle.Object{o})
	out, diags, err := b.SecretFiles("dir")
	if err != nil {
		w.t.Fatal(err)
	}
	got := string(out.Objects()[0].Body.Bytes())
	want := `{"` + section + `":[{"` + field + `_file":"dir/a/b"}]}`
	if has != (got == want) || has == diags.HasErrors() {
		w.t.Errorf("%s/%s has a file: %v, but it becomes %s, with %v", section, field, has, got, diags)
	}
}
