package simulate

import (
	"container/heap"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/routing"
)

// simulation is the state of the server at one instant.
type simulation struct {
	o          Options
	deliveries []Delivery
	tree       *routing.Tree
	order      map[*routing.Route]int
	receivers  map[string][]configured
	store      *store
	muter      *muter
	log        notificationLog
	groups     map[groupID]*group
	queue      queue
	left       []*record // of the flush under way

	notifications []Notification
	rejected      []Rejection
	used          used
}

type used struct {
	routes      map[*routing.Route]bool
	inhibitions map[int]bool
	intervals   map[string]bool
	silences    map[int]bool
}

// group is upstream's aggregation group.
type group struct {
	id      groupID
	route   *routing.Route
	order   int
	labels  model.LabelSet
	key     string
	members []*record
	next    time.Time
}

type groupID struct {
	route  *routing.Route
	labels model.Fingerprint
}

func newSimulation(o Options) *simulation {
	deliveries := slices.Clone(o.Deliveries)
	slices.SortStableFunc(deliveries, func(a, b Delivery) int { return a.At.Compare(b.At) })
	start := o.Start
	if start.IsZero() && len(deliveries) > 0 {
		start = deliveries[0].At
	}
	s := &simulation{
		o: o, deliveries: deliveries,
		tree:      routing.NewTree(o.Config),
		order:     map[*routing.Route]int{},
		receivers: map[string][]configured{},
		store: &store{
			start:          start,
			resolveTimeout: time.Duration(o.Config.Global.ResolveTimeout),
			records:        map[model.Fingerprint]*record{},
		},
		muter:  newMuter(o.Config, o.Silences),
		log:    notificationLog{start: start, entries: map[logKey]entry{}},
		groups: map[groupID]*group{},
		used:   used{map[*routing.Route]bool{}, map[int]bool{}, map[string]bool{}, map[int]bool{}},
	}
	for i, r := range s.tree.Routes() {
		s.order[r] = i
	}
	for _, r := range o.Config.Receivers {
		s.receivers[r.Name] = integrations(r)
	}
	return s
}

// run handles one instant after the other.
func (s *simulation) run(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		now, ok := s.next()
		if !ok || now.After(s.o.Until) {
			return nil
		}
		for len(s.deliveries) > 0 && s.deliveries[0].At.Equal(now) {
			s.deliver(s.deliveries[0])
			s.deliveries = s.deliveries[1:]
		}
		for len(s.queue) > 0 && !s.queue[0].next.After(now) {
			s.flush(s.queue[0], now)
		}
	}
}

// next returns the next instant at which something happens.
func (s *simulation) next() (at time.Time, ok bool) {
	if len(s.queue) > 0 {
		at, ok = s.queue[0].next, true
	}
	if len(s.deliveries) > 0 && (!ok || s.deliveries[0].At.Before(at)) {
		at, ok = s.deliveries[0].At, true
	}
	return at, ok
}

func (s *simulation) deliver(d Delivery) {
	r, reason := s.store.put(d)
	if reason != "" {
		s.rejected = append(s.rejected, Rejection{Delivery: d, Reason: reason})
		return
	}
	if r.places == nil {
		s.muter.add(r)
		for _, route := range s.tree.Match(r.names) {
			s.used.routes[route] = true
			set := groupLabels(r.labels, route)
			r.places = append(r.places, place{groupID: groupID{route: route, labels: set.Fingerprint()}, labels: set})
		}
	}
	for _, p := range r.places {
		s.group(r, p, d.At)
	}
}

// group puts an alert into one of its groups, which is made if need be. The
// first flush is due after group_wait, or at once if the alert that opens the
// group has been firing for longer than that.
func (s *simulation) group(r *record, p place, now time.Time) {
	if g, ok := s.groups[p.groupID]; ok {
		g.members = insert(g.members, r)
		return
	}
	g := &group{
		id: p.groupID, route: p.route, order: s.order[p.route], labels: p.labels,
		key: groupKey(p.route, p.labels), members: []*record{r}, next: now.Add(p.route.GroupWait),
	}
	if r.current.StartsAt.Add(p.route.GroupWait).Before(now) {
		g.next = now
	}
	s.groups[p.groupID] = g
	heap.Push(&s.queue, g)
}

func groupLabels(set model.LabelSet, route *routing.Route) model.LabelSet {
	if route.GroupByAll {
		return set.Clone()
	}
	out := model.LabelSet{}
	for _, name := range route.GroupBy {
		if value, ok := set[model.LabelName(name)]; ok {
			out[model.LabelName(name)] = value
		}
	}
	return out
}

// queue orders groups by their next flush.
type queue []*group

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	if c := q[i].next.Compare(q[j].next); c != 0 {
		return c < 0
	}
	if c := strings.Compare(q[i].key, q[j].key); c != 0 {
		return c < 0
	}
	return q[i].order < q[j].order
}

// Push is for container/heap.
func (q *queue) Push(x any) { *q = append(*q, x.(*group)) }

// Pop is for container/heap.
func (q *queue) Pop() any {
	last := len(*q) - 1
	g := (*q)[last]
	*q = (*q)[:last]
	return g
}

// timeline is the result.
func (s *simulation) timeline() *Timeline {
	t := &Timeline{Notifications: s.notifications, Rejected: s.rejected, tree: s.tree, muter: s.muter}
	for _, r := range s.tree.Routes() {
		if s.used.routes[r] {
			t.Used.Routes = append(t.Used.Routes, r)
		}
	}
	for i, rule := range s.muter.rules {
		if s.used.inhibitions[i] {
			t.Used.Inhibitions = append(t.Used.Inhibitions, rule.Inhibition)
		}
	}
	for _, one := range routing.Intervals(s.o.Config) {
		if s.used.intervals[one.Name] {
			t.Used.Intervals = append(t.Used.Intervals, one.Name)
		}
	}
	for i := range s.o.Silences {
		if s.used.silences[i] {
			t.Used.Silences = append(t.Used.Silences, i)
		}
	}
	return t
}
