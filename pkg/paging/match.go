package paging

import (
	"fmt"
	"strings"

	"github.com/monctl/monctl/pkg/depgraph"
)

// pair is an alert in two states of a project; one of the two is nil if it is
// new or gone.
type pair struct{ old, now *Alert }

// match finds for every alert the one that it was before: the same rule with
// the same labels or, failing that, the same in all that is said less and less
// strictly. The order is that of the new alerts; those that are gone follow.
func match(old, now []Alert) []pair {
	found := make([]*Alert, len(now))
	used := make([]bool, len(old))
	for _, key := range []func(Alert) string{sameRule, sameGroup, sameSeverity, sameName} {
		free := map[string][]int{}
		for i, a := range old {
			if !used[i] {
				free[key(a)] = append(free[key(a)], i)
			}
		}
		for i, a := range now {
			if found[i] != nil {
				continue
			}
			k := key(a)
			if list := free[k]; len(list) > 0 {
				found[i], used[list[0]] = &old[list[0]], true
				free[k] = list[1:]
			}
		}
	}
	var out []pair
	for i := range now {
		out = append(out, pair{found[i], &now[i]})
	}
	for i := range old {
		if !used[i] {
			out = append(out, pair{&old[i], nil})
		}
	}
	return out
}

func sameRule(a Alert) string { return sameGroup(a) + "\n" + fixed(a.Rule) }

func sameGroup(a Alert) string {
	if a.Rule == nil {
		return sameName(a)
	}
	return sameName(a) + "\n" + a.Rule.Object.Ref.String()
}

func sameSeverity(a Alert) string {
	severity, _ := a.Label("severity")
	return sameName(a) + "\n" + severity
}

// sameName tells what a test names apart from what a rule makes.
func sameName(a Alert) string { return a.Name + "\n" + a.Source + "\n" + text(a.Given) }

func fixed(r *depgraph.Rule) string {
	if r == nil {
		return ""
	}
	return text(r.Fixed)
}

func text(labels map[string]string) string {
	var b strings.Builder
	for _, name := range sortedKeys(labels) {
		fmt.Fprintf(&b, "%s=%q\n", name, labels[name])
	}
	return b.String()
}
