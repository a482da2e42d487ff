package promeval

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// Reach says which rules may have an effect on an evaluation, from the labels
// of its input alone: those that are not certain to yield nothing. The others
// neither write a series nor fail, whatever the samples are, so that what they
// say is of no matter. It is safe for concurrent use.
type Reach struct {
	rules []reachable
	// named are the selectors that ask for one metric name, by that name; the
	// others are in unnamed.
	named   map[string][]reading
	unnamed []reading
	// always are the rules that may yield something over no series at all.
	always []int
	all    [sha256.Size]byte
}

// reachable is a rule and who may read what it writes.
type reachable struct {
	*rule
	sum     [sha256.Size]byte
	readers []int
}

// reading is a selector of a rule, which is known by its place.
type reading struct {
	rule     int
	matchers []*labels.Matcher
}

// NewReach returns the reach of the rules of some files. The order is that of
// EngineOptions.
func NewReach(files []*RuleFile, order map[string]int) *Reach {
	x := &Reach{named: map[string][]reading{}}
	all := sha256.New()
	for _, g := range orderGroups(files, order) {
		for _, r := range g.rules {
			place := len(x.rules)
			x.rules = append(x.rules, reachable{rule: r, sum: r.sum(g)})
			all.Write(x.rules[place].sum[:])
			if !r.void.provable {
				x.always = append(x.always, place)
			}
			for _, matchers := range r.void.selectors {
				s := reading{place, matchers}
				if name, ok := equalName(matchers); ok {
					x.named[name] = append(x.named[name], s)
				} else {
					x.unnamed = append(x.unnamed, s)
				}
			}
		}
	}
	x.all = [sha256.Size]byte(all.Sum(nil))
	for i, r := range x.rules {
		for _, name := range r.metricNames() {
			for _, s := range x.readings(name) {
				if r.mayYield(s.matchers) {
					x.rules[i].readers = append(x.rules[i].readers, s.rule)
				}
			}
		}
	}
	return x
}

// orderGroups puts rule groups in the order of their evaluation.
func orderGroups(files []*RuleFile, order map[string]int) []*group {
	var groups []*group
	for _, f := range files {
		groups = append(groups, f.groups...)
	}
	slices.SortStableFunc(groups, func(a, b *group) int { return cmp.Compare(order[a.name], order[b.name]) })
	return groups
}

// sum is over all that a rule says.
func (r *rule) sum(g *group) [sha256.Size]byte {
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for _, s := range []string{g.file, g.name, r.name, r.text} {
		text(s)
	}
	for _, n := range []int64{int64(g.limit), int64(g.interval), int64(g.queryOffset), int64(r.hold), int64(r.keepFiring)} {
		b = binary.AppendVarint(b, n)
	}
	b = strconv.AppendBool(b, r.alerting)
	for _, list := range []labels.Labels{r.labels, r.annotations} {
		b = binary.AppendUvarint(b, uint64(list.Len()))
		list.Range(func(l labels.Label) {
			text(l.Name)
			text(l.Value)
		})
	}
	return sha256.Sum256(b)
}

// readings are the selectors that may ask for a metric.
func (x *Reach) readings(name string) []reading {
	return slices.Concat(x.named[name], x.unnamed)
}

// Sum is over all that the rules say that may have an effect where the input
// has series with these labels: as long as it is the same, so is everything
// that an evaluation of that input yields, but for what hangs on the intervals
// of groups.
func (x *Reach) Sum(input []labels.Labels) [sha256.Size]byte {
	live := make([]bool, len(x.rules))
	var todo []int
	reach := func(rule int) {
		if !live[rule] {
			live[rule] = true
			todo = append(todo, rule)
		}
	}
	for _, rule := range x.always {
		reach(rule)
	}
	for _, lset := range input {
		for _, s := range x.readings(lset.Get(model.MetricNameLabel)) {
			if !live[s.rule] && matchesAll(lset, s.matchers) {
				reach(s.rule)
			}
		}
	}
	for len(todo) > 0 {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, rule := range x.rules[last].readers {
			reach(rule)
		}
	}
	h := sha256.New()
	for i, r := range x.rules {
		if live[i] {
			h.Write(r.sum[:])
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// SumOfAll is over all that the rules say.
func (x *Reach) SumOfAll() [sha256.Size]byte { return x.all }
