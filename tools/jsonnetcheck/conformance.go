package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/monctl/monctl/pkg/jsonnet"
)

// golden is a program of upstream's test data with what it must come to; the
// message of a failure may be of another implementation and count for nothing.
type golden struct {
	program
	want       outcome
	anyMessage bool
}

// difference is a case that did not come out as wanted.
type difference struct {
	name      string
	verdict   verdict
	want, got outcome
	reason    string
}

func conformance(ctx context.Context, w io.Writer, o options, engines []named, dir string) (bool, error) {
	scratch, err := os.MkdirTemp("", "jsonnetcheck-")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	cases, err := upstreamCases(dir, scratch)
	if err != nil {
		return false, err
	}
	cases = slices.DeleteFunc(cases, func(c golden) bool { return !strings.Contains(c.suite+"/"+c.name, o.only) })
	if len(cases) == 0 {
		return false, fmt.Errorf("no case found below %s", dir)
	}
	ok := true
	for _, e := range engines {
		t := tally{engine: e.name, against: map[string]map[verdict]int{}}
		for _, c := range cases {
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			t.judge(c, evaluate(ctx, e.engine, c.program), func() outcome { return evaluate(ctx, jsonnet.Upstream(), c.program) })
		}
		t.print(w)
		ok = ok && !t.unexplained()
	}
	return ok, nil
}

// tally counts what an engine came to.
type tally struct {
	engine      string
	against     map[string]map[verdict]int // by suite and reference
	differences []difference
}

// judge holds an outcome against the golden file and, unless that has the
// engine's own, against go-jsonnet itself.
func (t *tally) judge(c golden, got outcome, ask func() outcome) {
	v := compare(c.want, got)
	if c.anyMessage && (v == otherMessage || v == otherPlace) {
		v = equal
	}
	t.count(c.suite+" goldens", v)
	live := got
	if t.engine != "upstream" {
		live = ask()
		t.count(c.suite+" go-jsonnet in this run", compare(live, got))
	}
	name := c.suite + "/" + c.name
	if v != equal {
		d := difference{name: name, verdict: v, want: c.want, got: got, reason: reasons()[name]}
		if d.reason == "" && t.engine != "upstream" && compare(live, got) == equal {
			d.reason = "go-jsonnet behind the same interface says the same"
		}
		t.differences = append(t.differences, d)
	}
	if l := compare(live, got); l != equal && (v == equal || compare(c.want, live) != equal) {
		t.differences = append(t.differences, difference{name: name + " (go-jsonnet)", verdict: l, want: live, got: got, reason: reasons()[name]})
	}
}

func (t *tally) count(reference string, v verdict) {
	if t.against[reference] == nil {
		t.against[reference] = map[verdict]int{}
	}
	t.against[reference][v]++
}

func (t *tally) unexplained() bool {
	return slices.ContainsFunc(t.differences, func(d difference) bool { return d.reason == "" })
}

func (t *tally) print(w io.Writer) {
	fmt.Fprintf(w, "engine %s\n", t.engine)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	kinds := []verdict{equal, otherPlace, otherMessage, otherValue, accepted, refused}
	fmt.Fprint(tw, "  against\tcases")
	for _, k := range kinds {
		fmt.Fprintf(tw, "\t%s", k)
	}
	fmt.Fprintln(tw)
	for _, reference := range sortedKeys(t.against) {
		total := 0
		for _, n := range t.against[reference] {
			total += n
		}
		fmt.Fprintf(tw, "  %s\t%d", reference, total)
		for _, k := range kinds {
			fmt.Fprintf(tw, "\t%d", t.against[reference][k])
		}
		fmt.Fprintln(tw)
	}
	_ = tw.Flush()
	byReason := map[string][]difference{}
	for _, d := range t.differences {
		byReason[d.reason] = append(byReason[d.reason], d)
	}
	for _, reason := range sortedKeys(byReason) {
		label := reason
		if label == "" {
			label = "NOT EXPLAINED"
		}
		fmt.Fprintf(w, "  %s: %d\n", label, len(byReason[reason]))
		for _, d := range byReason[reason] {
			fmt.Fprintf(w, "    %s: %s\n      want %s\n      got  %s\n", d.name, d.verdict, d.want.shown(), d.got.shown())
		}
	}
	fmt.Fprintln(w)
}
