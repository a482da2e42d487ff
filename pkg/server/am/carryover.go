package am

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	"github.com/prometheus/alertmanager/notify"
)

// The notification log is keyed by receiver, integration and group key, and the
// group key has the matchers of all routes above it in it. A rewritten matcher
// makes a new group of the old one, which upstream notifies anew; the old entry
// stays, and suppresses a page if the matcher is ever written back. So, when a
// generation takes over, the entries of groups that continue under another key
// move along, and those of groups that end are cleared.

// groupID is what identifies a group to the notification log.
type groupID struct{ receiver, key string }

// succession says what becomes of the groups of one generation in the next.
type succession struct {
	// from lists, for each group that is new by its key, the old groups that
	// it continues: same receiver, same group labels, an alert in common.
	from map[groupID][]groupID
	// alive are the groups of the next generation.
	alive map[groupID]bool
	// repeat is the repeat_interval of the groups in alive.
	repeat map[groupID]time.Duration
}

func succeed(groups dispatch.AlertGroups, routes *dispatch.Route) succession {
	s := succession{from: map[groupID][]groupID{}, alive: map[groupID]bool{}, repeat: map[groupID]time.Duration{}}
	existing := map[groupID]bool{}
	for _, g := range groups {
		existing[groupID{g.Receiver, g.GroupKey}] = true
	}
	for _, g := range groups {
		old := groupID{g.Receiver, g.GroupKey}
		for _, a := range g.Alerts {
			for _, r := range routes.Match(a.Labels) {
				labels := groupLabels(a, r)
				id := groupID{r.RouteOpts.Receiver, groupKey(r, labels)}
				s.alive[id] = true
				s.repeat[id] = r.RouteOpts.RepeatInterval
				if id.receiver == old.receiver && !existing[id] && labels.Equal(g.Labels) && !slices.Contains(s.from[id], old) {
					s.from[id] = append(s.from[id], old)
				}
			}
		}
	}
	return s
}

// groupKey and groupLabels are the unexported aggrGroup.GroupKey and
// getGroupLabels of upstream's dispatch/dispatch.go. A test compares them with
// what the dispatcher says.
func groupKey(r *dispatch.Route, labels model.LabelSet) string {
	return fmt.Sprintf("%s:%s", r.Key(), labels)
}

func groupLabels(a *alert.Alert, r *dispatch.Route) model.LabelSet {
	labels := model.LabelSet{}
	for name, value := range a.Labels {
		if _, ok := r.RouteOpts.GroupBy[name]; ok || r.RouteOpts.GroupByAll {
			labels[name] = value
		}
	}
	return labels
}

// carryOver brings the notification log in line with the next generation.
// Nothing may write to the log meanwhile: the gate has drained.
func (s *Server) carryOver(groups dispatch.AlertGroups, old, next *generation) error {
	plan := succeed(groups, next.routes)
	now := time.Now()
	var out bytes.Buffer
	put := func(e *nflogpb.Entry, keep time.Duration) error {
		_, err := protodelim.MarshalTo(&out, &nflogpb.MeshEntry{Entry: e, ExpiresAt: timestamppb.New(now.Add(keep))})
		return err
	}
	for id, sources := range plan.from {
		for _, recv := range logReceivers(next, id.receiver) {
			e, err := s.moved(id, sources, recv)
			if err != nil {
				return err
			}
			if e == nil {
				continue
			}
			// The time that SetNotifiesStage and Log.Log give it.
			if err := put(e, min(s.opts.Retention, 2*plan.repeat[id])); err != nil {
				return err
			}
		}
	}
	for _, g := range groups {
		id := groupID{g.Receiver, g.GroupKey}
		for _, recv := range logReceivers(old, id.receiver) {
			if plan.alive[id] && slices.ContainsFunc(logReceivers(next, id.receiver), recv.equal) {
				continue
			}
			e, err := s.logged(id, recv)
			if err != nil {
				return err
			}
			if e == nil || len(e.FiringAlerts) == 0 {
				continue
			}
			if err := put(cleared(e), clearedFor); err != nil {
				return err
			}
		}
	}
	if out.Len() == 0 {
		return nil
	}
	// Merge, which is meant for gossip, keeps timestamps, so that
	// repeat_interval runs on; Log would set them to now.
	err := s.log.Merge(out.Bytes())
	s.logFile.changed() // Merge does not tell of large messages.
	return err
}

// logReceiver identifies an integration to the notification log.
type logReceiver struct {
	group, integration string
	index              int
}

func (r logReceiver) equal(o logReceiver) bool { return r == o }

func (r logReceiver) proto() *nflogpb.Receiver {
	return &nflogpb.Receiver{GroupName: r.group, Integration: r.integration, Idx: uint32(r.index)} //nolint:gosec // An index in a list.
}

func logReceivers(g *generation, receiver string) []logReceiver {
	var out []logReceiver
	for _, i := range g.receivers[receiver] {
		out = append(out, logReceiver{receiver, i.Name(), i.Index()})
	}
	return out
}

// logged returns the entry of a group, nil if there is none.
func (s *Server) logged(id groupID, recv logReceiver) (*nflogpb.Entry, error) {
	entries, err := s.log.Query(nflog.QGroupKey(id.key), nflog.QReceiver(recv.proto()))
	switch {
	case errors.Is(err, nflog.ErrNotFound), err == nil && len(entries) == 0:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("query the notification log: %w", err)
	}
	return entries[0], nil
}

// incidentKey is where an entry remembers the group key under which the
// integration knows the incident. It lives as long as the incident: upstream
// starts with an empty store at the first notification of the next one.
const incidentKey = "monctl_incident_key"

// moved returns the entry that a group takes over from those that it
// continues: what any of them told is told; the oldest time counts, so that no
// repetition comes late.
func (s *Server) moved(id groupID, sources []groupID, recv logReceiver) (*nflogpb.Entry, error) {
	var found []*nflogpb.Entry
	for _, src := range sources {
		e, err := s.logged(src, recv)
		if err != nil {
			return nil, err
		}
		if e != nil {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(found, func(a, b *nflogpb.Entry) int {
		return cmp.Or(a.Timestamp.AsTime().Compare(b.Timestamp.AsTime()), bytes.Compare(a.GroupKey, b.GroupKey))
	})
	e := &nflogpb.Entry{
		GroupKey:     []byte(id.key),
		Receiver:     recv.proto(),
		Timestamp:    found[0].Timestamp,
		ReceiverData: maps.Clone(found[0].ReceiverData),
	}
	for _, f := range found {
		e.FiringAlerts = append(e.FiringAlerts, f.FiringAlerts...)
		e.ResolvedAlerts = append(e.ResolvedAlerts, f.ResolvedAlerts...)
	}
	if e.ReceiverData == nil {
		e.ReceiverData = map[string]*nflogpb.ReceiverDataValue{}
	}
	if _, ok := e.ReceiverData[incidentKey]; !ok {
		e.ReceiverData[incidentKey] = &nflogpb.ReceiverDataValue{
			Value: &nflogpb.ReceiverDataValue_StrVal{StrVal: string(found[0].GroupKey)},
		}
	}
	// The log takes only what is newer than what it has.
	stale, err := s.logged(id, recv)
	if err != nil {
		return nil, err
	}
	if stale != nil && !stale.Timestamp.AsTime().Before(e.Timestamp.AsTime()) {
		e.Timestamp = justAfter(stale)
	}
	return e, nil
}

// clearedFor is how long a cleared entry is kept: not at all would do, since it
// says as much as none, but the log takes no entry that has expired already.
const clearedFor = time.Minute

// cleared returns an entry after which the group's next alert is a first one.
func cleared(e *nflogpb.Entry) *nflogpb.Entry {
	return &nflogpb.Entry{GroupKey: e.GroupKey, Receiver: e.Receiver, Timestamp: justAfter(e)}
}

func justAfter(e *nflogpb.Entry) *timestamppb.Timestamp {
	return timestamppb.New(e.Timestamp.AsTime().Add(time.Nanosecond))
}

// withIncidentKey gives the integration the group key under which it knows the
// incident, so that a pager resolves the one that it opened.
func withIncidentKey(ctx context.Context) context.Context {
	store, ok := notify.NflogStore(ctx)
	if !ok {
		return ctx
	}
	if key, ok := store.GetStr(incidentKey); ok {
		return notify.WithGroupKey(ctx, key)
	}
	return ctx
}
