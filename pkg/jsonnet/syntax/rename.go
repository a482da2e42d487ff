package syntax

import "github.com/google/go-jsonnet/ast"

func rename(node ast.Node, name string) {}
