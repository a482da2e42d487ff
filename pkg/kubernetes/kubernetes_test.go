package kubernetes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/kubernetes"
)

func object(t *testing.T, ref bundle.Ref, text string) bundle.Object {
	t.Helper()
	docs, diags := bundle.DecodeYAML("in.yaml", []byte(text))
	if diags.HasErrors() || len(docs) != 1 {
		t.Fatal(diags)
	}
	o, err := bundle.NewObject(ref, docs[0].Value, docs[0].Origin)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func tree(t *testing.T, o kubernetes.Options, objects ...bundle.Object) (paths []string, findings string) {
	t.Helper()
	b, _ := bundle.New("default", objects)
	files, diags, err := kubernetes.Tree(b, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		paths = append(paths, f.Path)
		name := strings.TrimSuffix(f.Path[strings.LastIndexByte(f.Path, '/')+1:], ".yaml")
		if !kubernetes.ValidName(name) {
			t.Errorf("Kubernetes refuses the name %q", name)
		}
	}
	return paths, diags.String()
}

func TestNamesAreValidAndUnique(t *testing.T) {
	group := func(space string) bundle.Object {
		return object(t, bundle.Ref{Kind: bundle.Rules, Space: space, Name: "g"}, "{name: g, rules: []}")
	}
	long := strings.Repeat("x", 300)
	paths, _ := tree(t, kubernetes.Options{AlertmanagerSecret: "a"},
		group("node"), group("Node"), group("team.db"), group("a_b"), group("-a--b-"), group("日本"), group(long), group(long+"y"))
	seen := map[string]bool{}
	for _, p := range paths {
		if seen[p] {
			t.Errorf("%s stands twice", p)
		}
		seen[p] = true
	}
	if len(paths) != 8 || !seen["kubernetes/rules/node.yaml"] || !seen["kubernetes/rules/team.db.yaml"] || !seen["kubernetes/rules/a-b.yaml"] {
		t.Errorf("paths: %q", paths)
	}
}

func TestSizeIsLimited(t *testing.T) {
	ref := bundle.Ref{Kind: bundle.Dashboard, Space: "F", Name: "u"}
	panels := bundle.Value{Kind: bundle.Array} // more than 1 MiB indented, and less without
	for range 60_000 {
		panels.Elem = append(panels.Elem, bundle.MapValue(map[string]bundle.Value{"id": bundle.NumberValue(1)}))
	}
	fits, err := bundle.NewObject(ref, bundle.MapValue(map[string]bundle.Value{"title": bundle.StringValue("T"), "panels": panels}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, findings := tree(t, kubernetes.Options{}, fits); findings != "" {
		t.Errorf("a dashboard that fits without white space is refused: %s", findings)
	}
	_, findings := tree(t, kubernetes.Options{}, object(t, ref, "{title: "+strings.Repeat("x", 1<<20)+", panels: []}"))
	if !strings.Contains(findings, "error[kubernetes/size]: the ConfigMap grafana-dashboard-u would hold 10486") {
		t.Errorf("findings: %.300s", findings)
	}
}

// What is in a configuration is in the object, or in a finding.
func TestNothingIsLostInSilence(t *testing.T) {
	am := object(t, bundle.Ref{Kind: bundle.Alertmanager}, `
route: {receiver: x, labels: {a: b}, routes: [{receiver: x, matchers: ['a="b', 'c="d"']}]}
receivers: [{name: x, pagerduty_configs: [{routing_key: https://secret.invalid/pd/key, details: {a: b}, unheard_of: 1, client_url: 'https://secret.invalid/no'}]}]
tracing: {}
`)
	_, findings := tree(t, kubernetes.Options{AlertmanagerConfig: "x", SecretRefs: true}, am)
	want := `in.yaml:2:22: warning[kubernetes/lost]: an AlertmanagerConfig has no place for "labels"; it is left out
in.yaml:2:72: warning[kubernetes/lost]: the matcher a="b cannot be written into an AlertmanagerConfig; it is left out
in.yaml:3:117: warning[kubernetes/lost]: an AlertmanagerConfig has no place for "unheard_of"; it is left out
in.yaml:3:132: error[kubernetes/secret]: the secret "no" stands in a field that an AlertmanagerConfig does not take from a Secret
in.yaml:4:1: warning[kubernetes/lost]: an AlertmanagerConfig has no place for "tracing"; it is left out`
	if diff := cmp.Diff(want, sorted(findings)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func sorted(findings string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(findings), "\n") {
		if strings.HasPrefix(line, "in.yaml") {
			lines = append(lines, line)
		}
	}
	for i := range lines {
		for j := i; j > 0 && lines[j] < lines[j-1]; j-- {
			lines[j], lines[j-1] = lines[j-1], lines[j]
		}
	}
	return strings.Join(lines, "\n")
}

func TestValidLabels(t *testing.T) {
	for label, want := range map[[2]string]bool{
		{"role", "alert-rules"}: true, {"app.kubernetes.io/name", "x"}: true, {"a", ""}: true,
		{"", "x"}: false, {"a", "-x"}: false, {"a b", "x"}: false, {"A/b/c", "x"}: false, {"a", strings.Repeat("x", 64)}: false,
	} {
		if got := kubernetes.ValidLabel(label[0], label[1]); got != want {
			t.Errorf("ValidLabel(%q, %q) = %v", label[0], label[1], got)
		}
	}
}
