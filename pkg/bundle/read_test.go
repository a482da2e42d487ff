package bundle_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
)

// TestReadTree: a tree reads back to the bundle that it was made of.
func TestReadTree(t *testing.T) {
	var objects []bundle.Object
	for ref, body := range map[string]string{
		"rules/a.b/g":             `{"name":"g","rules":[{"record":"r","expr":"up"}]}`,
		"rules/a.b/h":             `{"name":"h","rules":[]}`,
		"alertmanager":            `{"route":{"receiver":"yes"}}`,
		"prometheus":              `{"global":{"scrape_interval":"15s"}}`,
		"dashboard/Team%2FSub/u1": `{"uid":"u1","title":"T"}`,
	} {
		r, err := bundle.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		v, err := bundle.DecodeJSON([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		o, err := bundle.NewObject(r, v, nil)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	objects = append(objects,
		bundle.NewRawObject(bundle.Ref{Kind: bundle.Template, Name: "t.tmpl"}, []byte("{{ }}"), nil),
		bundle.NewRawObject(bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: "targets/a.yml"}, []byte("[]"), nil))
	want, _ := bundle.New("e", objects)
	files, err := want.Tree()
	if err != nil {
		t.Fatal(err)
	}
	if bundle.IsTree(files) {
		t.Error("files without a manifest pass for a tree")
	}
	files = append(files, bundle.TreeFile{Path: "prometheus/manifest.json", Data: []byte("{}")}, bundle.TreeFile{Path: "tests/x.yaml", Data: []byte("tests: []")})
	if !bundle.IsTree(files) {
		t.Error("a tree is not recognised")
	}
	got, diags := bundle.ReadTree("e", files, func(p string) string { return "out/e/" + p })
	if len(diags) > 0 {
		t.Error(diags)
	}
	if got.Revision() != want.Revision() {
		var refs []string
		for _, o := range got.Objects() {
			refs = append(refs, o.Ref.String()+" "+string(o.Body.Bytes()))
		}
		t.Errorf("another revision:\n%s", cmp.Diff([]string{}, refs))
	}
	o, _ := got.Get(bundle.Ref{Kind: bundle.Rules, Space: "a.b", Name: "g"})
	if at := o.Origin.At("/rules/0/expr").String(); at != "out/e/prometheus/rules/a.b.yaml:4:15" {
		t.Errorf("the origin is %s", at)
	}
}
