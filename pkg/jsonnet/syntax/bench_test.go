package syntax_test

import (
	"strings"
	"testing"

	"github.com/google/go-jsonnet"
	"github.com/google/go-jsonnet/ast"

	"github.com/monctl/monctl/pkg/jsonnet/syntax"
)

// BenchmarkParse measures both parsers on the library of the repository and,
// given -corpus, on the programs there; -bench 'Parse/.*/ours' measures one.
func BenchmarkParse(b *testing.B) {
	b.Run("lib", func(b *testing.B) { benchmarkParsers(b, programs(b, "../../../lib")) })
	if *corpus == "" {
		return
	}
	all := programs(b, *corpus)
	for _, part := range []string{"kubernetes-mixin", "grafonnet", "jsonnet-libs", "kube-prometheus"} {
		some := map[string]string{}
		for path, text := range all {
			if strings.Contains(path, "/"+part+"/") {
				some[path] = text
			}
		}
		b.Run(part, func(b *testing.B) {
			if len(some) == 0 {
				b.Skipf("the corpus has no directory %s", part)
			}
			benchmarkParsers(b, some)
		})
	}
}

func benchmarkParsers(b *testing.B, programs map[string]string) {
	size := 0
	for path, text := range programs {
		if _, err := syntax.Parse("", "", text); err != nil {
			delete(programs, path)
			continue
		}
		size += len(text)
	}
	parsers := map[string]func(name, text string) (ast.Node, error){
		"ours": func(name, text string) (ast.Node, error) {
			return syntax.Parse(ast.DiagnosticFileName(name), name, text)
		},
		"upstream": jsonnet.SnippetToAST,
	}
	for _, parser := range []string{"ours", "upstream"} {
		b.Run(parser, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for path, text := range programs {
					if _, err := parsers[parser](path, text); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
