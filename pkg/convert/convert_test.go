package convert_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/monctl/monctl/lib"
	"github.com/monctl/monctl/pkg/convert"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/jsonnet"
	"github.com/monctl/monctl/pkg/render"
)

func options() convert.Options {
	return convert.Options{
		Engine: jsonnet.Own(), Library: lib.FS, Natives: render.Natives(),
		SecretVariable: func(name string) string { return "MONCTL_SECRET[" + name + "]" },
	}
}

func run(t *testing.T, file string, data []byte, opts convert.Options) (convert.Result, diag.List) {
	t.Helper()
	r, diags, err := convert.Convert(t.Context(), convert.Source{File: file, Data: data}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r, diags
}

var one = flag.String("one", "", "")

func TestOne(t *testing.T) {
	if *one == "" {
		t.Skip()
	}
	data, err := os.ReadFile(*one)
	if err != nil {
		t.Fatal(err)
	}
	r, diags := run(t, filepath.Base(*one), data, options())
	t.Log(diags)
	for _, p := range r.Programs {
		t.Logf("%s plain=%v\n%s", p.Name, p.Plain, p.Text)
	}
}
