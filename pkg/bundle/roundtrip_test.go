package bundle_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/monctl/monctl/pkg/bundle"
)

// treacherous are texts that some version of YAML reads as something else, or
// that an emitter is tempted to fold, trim or leave unquoted.
func treacherous() []string {
	return []string{
		"", " ", "  x", "x  ", "\t", "\tx", "x\t", "y", "Y", "n", "N", "yes", "Yes", "no", "NO", "on", "On", "off", "OFF", "true", "True", "TRUE", "false",
		"null", "Null", "~", "nan", ".nan", ".NaN", ".inf", "-.Inf", "+.INF", "0", "-0", "1", "+1", "007", "0777", "0o777", "0x1F", "0b101", "1_000", "1e3", "1E-3", ".5", "5.",
		"1.0", "1:20", "190:20:30", "1:20.5", "2026-01-02", "2026-01-02T03:04:05Z", "2001-12-14 21:59:43.10 -5", "=", "<<", "-", "- x", "--", "---", "--- x", "...", "... x",
		"?", "? x", ":", ": x", "x: y", "x:", "x #y", "#", "# x", "&a", "*a", "!t", "!!str x", "|", "|-", ">", ">+", "%TAG", "@x", "`x`", "[", "[a]", "]", "{", "{a: b}", "}", ",", "a, b",
		"'", "''", "'x'", "\"", "\"x\"", "\\", "\\n", "a\nb", "a\nb\n", "a\n\nb\n\n", "\na", "\n", "\n\n", " a\nb", "  a\n b\nc", "a\n  b", "a \nb", "a\n \nb", "\ta\nb", "a\n\tb\n", "a\r\nb", "a\rb", "\r",
		"a\u0085b", "a\u2028b\nc", "a\u2029b", "\ufeffa", "a\ufeff", "\u00a0", "é", "日本", "😀", "\x00", "a\x07b", "a\x1bb\nc", "\x7f", "\u0080", "\ufffe", "\ufffd",
		strings.Repeat("a ", 300), strings.Repeat("x", 2000), strings.Repeat("x", 1020), strings.Repeat("é\"", 340), strings.Repeat("\u0085", 170), strings.Repeat("word ", 100) + "\nsecond", "sum by (job) (\n  rate(x[5m])\n)\n> 0\n", "{{ $value | printf \"%.2f\" }}", "key: |\n  text", "a: b\n- c",
		"12e03", "0.", "1__0", "0x", "1e", "+", "-1:30", "0b", "~x", "!", "| x", "a\n---\nb", "a\n...\nb", "a\n# b", "# a\nb", "-\n", "- a\n- b\n", "a:\n", "\n a",
	}
}

// generator makes values out of a source of numbers.
type generator struct{ next func(n int) int }

func (g generator) text() string {
	list := treacherous()
	s := list[g.next(len(list))]
	for g.next(3) == 0 {
		s += []string{"\n", " ", "\n  ", "", ": ", "\t"}[g.next(6)] + list[g.next(len(list))]
	}
	return s
}

func (g generator) value(depth int) bundle.Value {
	switch g.next(8) {
	case 0:
		if depth > 0 {
			v := bundle.Value{Kind: bundle.Array}
			for range g.next(4) {
				v.Elem = append(v.Elem, g.value(depth-1))
			}
			return v
		}
	case 1, 2:
		if depth > 0 {
			pairs := map[string]bundle.Value{}
			for range g.next(4) {
				pairs[g.text()] = g.value(depth - 1)
			}
			return bundle.MapValue(pairs)
		}
	case 3:
		return bundle.NumberValue([]float64{0, 1, -1, 0.1, 1e21, 1e-7, 123456789, 1.5e300, 9007199254740991}[g.next(9)])
	case 4:
		return []bundle.Value{{}, bundle.BoolValue(true), bundle.BoolValue(false)}[g.next(3)]
	}
	return bundle.StringValue(g.text())
}

// plain is the value as encoding/json has it.
func plain(v bundle.Value) any {
	switch v.Kind {
	case bundle.Bool:
		return v.Text == "true"
	case bundle.Number:
		f, _ := strconv.ParseFloat(v.Text, 64)
		return f
	case bundle.String:
		return v.Text
	case bundle.Array:
		out := []any{}
		for _, e := range v.Elem {
			out = append(out, plain(e))
		}
		return out
	case bundle.Map:
		out := map[string]any{}
		for i, k := range v.Keys {
			out[k] = plain(v.Elem[i])
		}
		return out
	default:
		return nil
	}
}

// floats makes numbers of what yaml.v3 decodes comparable to those of JSON.
func floats(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = floats(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = floats(v[k])
		}
	}
	return v
}

// readsBack reports how a value differs from what two independent readers,
// one of YAML 1.2 and one of 1.1, make of it in block style and in its canonical
// form.
func readsBack(v bundle.Value) error {
	for _, encode := range []func(bundle.Value) ([]byte, error){bundle.EncodeYAML, bundle.Canonical} {
		data, err := encode(v)
		if err != nil {
			return err
		}
		if err := readAs(data, plain(v)); err != nil {
			return err
		}
	}
	return nil
}

func readAs(data []byte, want any) error {
	var three any
	if err := yaml.Unmarshal(data, &three); err != nil {
		return fmt.Errorf("yaml/v3 does not read %q: %w", data, err)
	}
	if diff := cmp.Diff(want, floats(three)); diff != "" {
		return fmt.Errorf("yaml/v3 reads %q differently (-want +got):\n%s", data, diff)
	}
	asJSON, err := k8syaml.YAMLToJSON(data)
	if err != nil {
		return fmt.Errorf("sigs.k8s.io/yaml does not read %q: %w", data, err)
	}
	var two any
	if err := json.Unmarshal(asJSON, &two); err != nil {
		return err
	}
	if diff := cmp.Diff(want, two); diff != "" {
		return fmt.Errorf("sigs.k8s.io/yaml reads %q differently (-want +got):\n%s", data, diff)
	}
	return nil
}

func TestYAMLReadsBackTheSameEverywhere(t *testing.T) {
	for _, s := range treacherous() {
		for name, v := range map[string]bundle.Value{
			"alone": bundle.StringValue(s),
			"value": bundle.MapValue(map[string]bundle.Value{"k": bundle.StringValue(s)}),
			"key":   bundle.MapValue(map[string]bundle.Value{s: bundle.StringValue(s), "k": bundle.NumberValue(1)}),
			"deep":  bundle.MapValue(map[string]bundle.Value{"a": bundle.ArrayValue(bundle.ArrayValue(bundle.StringValue(s)), bundle.MapValue(map[string]bundle.Value{"b": bundle.StringValue(s)}))}),
		} {
			if err := readsBack(v); err != nil {
				t.Errorf("%q, %s: %v", s, name, err)
			}
		}
	}
	if t.Failed() {
		return
	}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // the same values every time
		if err := readsBack(generator{r.IntN}.value(4)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// FuzzEncodeYAML: whatever texts a value holds, both readers read it back, and
// the emitter of yaml.v3 would have written the same.
func FuzzEncodeYAML(f *testing.F) {
	for _, s := range treacherous() {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		v := bundle.MapValue(map[string]bundle.Value{key: bundle.ArrayValue(bundle.StringValue(text), bundle.MapValue(map[string]bundle.Value{text: bundle.StringValue(key)}))})
		if _, err := bundle.Canonical(v); err != nil {
			t.Skip("not valid UTF-8")
		}
		if err := readsBack(v); err != nil {
			t.Fatal(err)
		}
		writesAsEmitted(t, v)
	})
}

// A multi-line expression stays readable, whatever it is indented with.
func TestYAMLKeepsBlocks(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb":               "e: |-\n  a\n  b\n",
		"a\nb\n":             "e: |\n  a\n  b\n",
		"sum(\n  x\n)\n":     "e: |\n  sum(\n    x\n  )\n",
		"a\n\nb\n":           "e: |\n  a\n\n  b\n",
		"# why\nup == 0\n":   "e: |\n  # why\n  up == 0\n",
		"one line: no block": "e: 'one line: no block'\n",
	} {
		got, err := bundle.EncodeYAML(bundle.MapValue(map[string]bundle.Value{"e": bundle.StringValue(in)}))
		if err != nil || string(got) != want {
			t.Errorf("%q is written as %q (%v), want %q", in, got, err, want)
		}
	}
}

// Keys around the length at which YAML's short form ends are read back, too, and
// what was plain stays plain beside them.
func TestLongKeysReadBack(t *testing.T) {
	for n := 980; n <= 1040; n++ {
		for _, unit := range []string{"x", "é", "\"", "\n"} {
			key := strings.Repeat(unit, n)
			v := bundle.Value{Kind: bundle.Map, Keys: []string{key, "k"}, Elem: []bundle.Value{
				bundle.MapValue(map[string]bundle.Value{key: bundle.ArrayValue(bundle.NumberValue(1))}), {Kind: bundle.String, Text: "0777", Src: "0777"},
			}}
			o, err := bundle.NewObject(bundle.Ref{Kind: bundle.Rules, Space: "s", Name: "g"}, v, nil)
			if err != nil {
				t.Fatal(err)
			}
			back, err := o.Value()
			if err != nil {
				t.Fatalf("%d of %q: %v", n, unit, err)
			}
			if again, err := bundle.Canonical(back); err != nil || string(again) != string(o.Body.Bytes()) {
				t.Fatalf("%d of %q is read as %q (%v)", n, unit, again, err)
			}
		}
	}
}
