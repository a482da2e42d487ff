package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/monctl/monctl/pkg/jsonnet"
)

func main() {
	engines := flag.String("engines", strings.Join(engineNames(), ","), "comma-separated engines to check")
	rounds := flag.Int("n", 1, "how often corpus evaluates an entry; the fastest counts")
	only := flag.String("run", "", "check only cases whose name contains this")
	reference := flag.String("rendered", "", "corpus: `folder` with what the mixins render to, <name>/alerts.yaml, rules.yaml and dashboards/*.json")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: jsonnetcheck [flags] conformance|corpus DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ok, err := run(ctx, os.Stdout, options{names: strings.Split(*engines, ","), rounds: *rounds, only: *only, rendered: *reference}, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "jsonnetcheck:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// options is what the command line says.
type options struct {
	names  []string
	rounds int
	only   string
	// rendered is a folder, or "".
	rendered string
}

// named is an engine to check.
type named struct {
	name   string
	engine jsonnet.Engine
}

func run(ctx context.Context, w io.Writer, o options, args []string) (bool, error) {
	if len(args) != 2 {
		return false, fmt.Errorf("want conformance or corpus, and a directory")
	}
	var engines []named
	for _, n := range o.names {
		e, ok := engineOf(n)
		if !ok {
			return false, fmt.Errorf("there is no engine %q: want %s", n, strings.Join(engineNames(), ", "))
		}
		engines = append(engines, named{n, e})
	}
	switch args[0] {
	case "conformance":
		return conformance(ctx, w, o, engines, args[1])
	case "corpus":
		return corpus(ctx, w, o, engines, args[1])
	default:
		return false, fmt.Errorf("unknown check %q: want conformance or corpus", args[0])
	}
}
