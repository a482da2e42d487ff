package bundle_test

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
)

var (
	// otherwise matches what YAML 1.1 takes for something else than a string.
	otherwise = regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$|^[-+]?[0-9][0-9_]*(:[0-9][0-9_]*)*$|^<<$|^=$`)
	// unblockable matches texts of several lines that a literal block does not
	// keep.
	unblockable = regexp.MustCompile("^[ \t\n]|[\r\u0085\u2028\u2029\ufeff]| \n| $")
)

// stringNode is a string as the emitter of yaml.v3 gets it.
func stringNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case otherwise.MatchString(s), strings.Contains(s, "\n") && unblockable.MatchString(s):
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(s, "\n"):
		n.Style = yaml.LiteralStyle
	}
	return n
}

// nodeOf is a value as the emitter of yaml.v3 gets it.
func nodeOf(v bundle.Value) *yaml.Node {
	switch v.Kind {
	case bundle.Array:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range v.Elem {
			n.Content = append(n.Content, nodeOf(e))
		}
		return n
	case bundle.Map:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, k := range slices.Sorted(slices.Values(v.Keys)) {
			e, _ := v.Get(k)
			n.Content = append(n.Content, stringNode(k), nodeOf(e))
		}
		return n
	case bundle.String:
		if v.Src != "" {
			return &yaml.Node{Kind: yaml.ScalarNode, Value: v.Src}
		}
		return stringNode(v.Text)
	case bundle.Null:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: v.Text}
	}
}

// emitted is what the emitter of yaml.v3 writes.
func emitted(t *testing.T, v bundle.Value) string {
	t.Helper()
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(nodeOf(v)); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func writesAsEmitted(t *testing.T, v bundle.Value) {
	t.Helper()
	got, err := bundle.EncodeYAML(v)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(emitted(t, v), string(got)); diff != "" {
		t.Fatalf("yaml.v3 writes it otherwise (-yaml.v3 +monctl):\n%s", diff)
	}
}

// plainScalars are the texts that are something in YAML when they stand plain,
// as they are read.
func plainScalars() []bundle.Value {
	var out []bundle.Value
	for _, s := range treacherous() {
		if docs, diags := bundle.DecodeYAML("a.yaml", []byte("k: "+s+"\n")); len(diags) == 0 && len(docs) == 1 {
			if v, ok := docs[0].Value.Get("k"); ok {
				out = append(out, v)
			}
		}
	}
	return out
}

func TestEncodeYAMLWritesWhatTheEmitterDoes(t *testing.T) {
	for _, s := range treacherous() {
		for _, more := range []string{"", " ", "\n", "\u2028", "x", ":", " #", "\t", "'"} {
			for _, text := range []string{s, s + more, more + s, s + more + s} {
				v := bundle.StringValue(text)
				writesAsEmitted(t, v)
				writesAsEmitted(t, bundle.ArrayValue(v, bundle.ArrayValue(v, v), v))
				writesAsEmitted(t, bundle.MapValue(map[string]bundle.Value{text: v, "k": bundle.MapValue(map[string]bundle.Value{text: bundle.ArrayValue(v)})}))
			}
		}
	}
	for _, v := range plainScalars() {
		writesAsEmitted(t, v)
		writesAsEmitted(t, bundle.MapValue(map[string]bundle.Value{"a": v, "b": bundle.ArrayValue(v, v)}))
	}
	for n := 120; n < 135; n++ { // where the short form of a key ends
		for _, unit := range []string{"x", "é", "'", "é'", "\x01"} {
			key := strings.Repeat(unit, n/len(unit))
			for _, v := range []bundle.Value{{}, bundle.ArrayValue(), bundle.ArrayValue(bundle.BoolValue(true)), bundle.MapValue(map[string]bundle.Value{key: {}})} {
				writesAsEmitted(t, bundle.MapValue(map[string]bundle.Value{key: v, "z": bundle.ArrayValue(bundle.MapValue(map[string]bundle.Value{key: v}))}))
			}
		}
	}
	for seed := range uint64(5000) {
		r := rand.New(rand.NewPCG(seed, 8)) //nolint:gosec // the same values every time
		writesAsEmitted(t, generator{r.IntN}.value(5))
	}
}

func TestEncodeYAMLRefusesWhatIsNotUTF8(t *testing.T) {
	for _, s := range []string{"\xff", "a\xc3", "\xed\xa0\x80", "ok\n\xfe"} {
		for _, v := range []bundle.Value{bundle.StringValue(s), bundle.MapValue(map[string]bundle.Value{s: {}}), bundle.ArrayValue(bundle.StringValue(s))} {
			if got, err := bundle.EncodeYAML(v); err == nil {
				t.Errorf("%q is written as %q", s, got)
			}
		}
	}
}

func BenchmarkEncodeYAML(b *testing.B) {
	rule := bundle.MapValue(map[string]bundle.Value{
		"alert": bundle.StringValue("KubePodCrashLooping"), "for": bundle.StringValue("15m"),
		"expr":   bundle.StringValue("max_over_time(kube_pod_container_status_waiting_reason{reason=\"CrashLoopBackOff\"}[5m]) >= 1\n"),
		"labels": bundle.MapValue(map[string]bundle.Value{"severity": bundle.StringValue("warning")}),
		"annotations": bundle.MapValue(map[string]bundle.Value{
			"summary":     bundle.StringValue("Pod is crash looping."),
			"description": bundle.StringValue("Pod {{ $labels.namespace }}/{{ $labels.pod }} ({{ $labels.container }}) is in waiting state."),
		}),
	})
	v := bundle.MapValue(map[string]bundle.Value{"groups": bundle.ArrayValue(slices.Repeat([]bundle.Value{rule}, 100)...)})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bundle.EncodeYAML(v); err != nil {
			b.Fatal(err)
		}
	}
}
