package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/monctl/monctl/pkg/expr"
)

// workers is how many requests are under way at a time.
const workers = 8

// Recorded says what becomes of metrics that recording rules make.
type Recorded string

// What can become of them.
const (
	// Mark enters them with recorded: true.
	Mark Recorded = "mark"
	// Drop leaves them out.
	Drop Recorded = "drop"
	// Keep enters them as if a target exposed them.
	Keep Recorded = "keep"
)

// SnapshotOptions say what to ask a server for.
type SnapshotOptions struct {
	// Match are series selectors; metrics with series that one of them selects
	// are taken. None means all.
	Match []string
	// From and To bound the time in which series count; zero means that the
	// server decides.
	From, To time.Time
	// Limit bounds how many names of series there may be; 0 is no limit.
	Limit int
	// NoLabels leaves the labels unknown, which saves a request a metric.
	NoLabels bool
	Recorded Recorded
	// Progress, if set, is told how many names are done. It is called by one
	// goroutine at a time.
	Progress func(done, total int)
}

// Snapshot asks a server for its metrics.
func (c *Client) Snapshot(ctx context.Context, o SnapshotOptions) (*Catalog, error) {
	selectors, err := parseSelectors(o.Match)
	if err != nil {
		return nil, err
	}
	names, err := c.names(ctx, o)
	if err != nil {
		return nil, err
	}
	col := newCollector()
	if err := c.metadata(ctx, col); err != nil {
		return nil, err
	}
	recorded, err := c.recorded(ctx, names)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return builtin(name) || recorded[name] && o.Recorded == Drop
	})
	if o.Recorded != Keep {
		col.recorded = recorded
	}
	if o.NoLabels {
		for _, name := range names {
			col.series(name, nil)
		}
		return col.catalog(), nil
	}
	labels, err := c.labels(ctx, names, selectors, o)
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		col.series(name, labels[i])
	}
	return col.catalog(), nil
}

// SelectorError says that a selector is none.
type SelectorError struct {
	Selector string
	Err      error
}

// Error implements error.
func (e *SelectorError) Error() string { return fmt.Sprintf("selector %q: %v", e.Selector, e.Err) }

// Unwrap returns the cause.
func (e *SelectorError) Unwrap() error { return e.Err }

func parseSelectors(texts []string) ([]expr.Selector, error) {
	var out []expr.Selector
	for _, text := range texts {
		e, err := expr.Parse(text)
		if err != nil {
			return nil, &SelectorError{text, err}
		}
		s := e.Selectors()
		if len(s) != 1 || s[0].Start != 0 || s[0].End != len(text) || s[0].Ranged || s[0].Shifted {
			return nil, &SelectorError{text, errors.New(`want one like {job="node"}`)}
		}
		out = append(out, s[0])
	}
	return out, nil
}

func (c *Client) names(ctx context.Context, o SnapshotOptions) ([]string, error) {
	var names []string
	query := window(url.Values{"match[]": o.Match}, o.From, o.To)
	if err := c.get(ctx, "label/__name__/values", query, &names); err != nil {
		return nil, err
	}
	if o.Limit > 0 && len(names) > o.Limit {
		return nil, &LimitError{Names: len(names), Limit: o.Limit}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// LimitError says that a server has more names of series than were asked for.
type LimitError struct{ Names, Limit int }

func (e *LimitError) Error() string {
	return fmt.Sprintf("the server has %d names of series, more than the limit of %d", e.Names, e.Limit)
}

func (c *Client) metadata(ctx context.Context, col *collector) error {
	var all map[string][]struct {
		Type string `json:"type"`
		Help string `json:"help"`
	}
	if err := c.get(ctx, "metadata", nil, &all); err != nil {
		if notServed(err) {
			return nil // some stores keep none: types stay unknown
		}
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, m := range all[name] {
			col.describe(name, m.Type, m.Help)
		}
	}
	return nil
}

// recorded returns the names that the server's recording rules make. Where the
// server has no rules to show, names with a colon count, which by convention
// nothing else has.
func (c *Client) recorded(ctx context.Context, names []string) (map[string]bool, error) {
	var answer struct {
		Groups []struct {
			Rules []struct {
				Name string `json:"name"`
				Type string `json:"type"`
			} `json:"rules"`
		} `json:"groups"`
	}
	out := map[string]bool{}
	err := c.get(ctx, "rules", url.Values{"type": {"record"}}, &answer)
	switch {
	case notServed(err):
		for _, name := range names {
			out[name] = strings.Contains(name, ":")
		}
		return out, nil
	case err != nil:
		return nil, err
	}
	for _, g := range answer.Groups {
		for _, r := range g.Rules {
			if r.Type == "recording" {
				out[r.Name] = true
			}
		}
	}
	return out, nil
}

// notServed reports whether a server lacks a part of the API.
func notServed(err error) bool {
	status, ok := errors.AsType[*StatusError](err)
	return ok && slices.Contains([]int{400, 404, 405, 501}, status.Code)
}

// labels asks for the labels of the series of every name.
func (c *Client) labels(ctx context.Context, names []string, selectors []expr.Selector, o SnapshotOptions) ([][]string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := make([][]string, len(names))
	var mutex sync.Mutex // of next and done
	next, done := 0, 0
	var group sync.WaitGroup
	for range min(workers, len(names)) {
		group.Go(func() {
			for {
				mutex.Lock()
				i := next
				next++
				mutex.Unlock()
				if i >= len(names) || ctx.Err() != nil {
					return
				}
				query := window(url.Values{"match[]": selectorsOf(names[i], selectors)}, o.From, o.To)
				found := []string{}
				if err := c.get(ctx, "labels", query, &found); err != nil {
					cancel(fmt.Errorf("labels of %s: %w", names[i], err))
					return
				}
				out[i] = found
				mutex.Lock()
				done++
				if o.Progress != nil {
					o.Progress(done, len(names))
				}
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

// selectorsOf narrows selectors down to the series of one name.
func selectorsOf(name string, selectors []expr.Selector) []string {
	own := fmt.Sprintf("__name__=%q", name)
	var out []string
	for _, s := range selectors {
		if !s.Selects(name) {
			continue
		}
		matchers := []string{own}
		for _, m := range s.Matchers {
			if m.Name != "__name__" {
				matchers = append(matchers, m.String())
			}
		}
		out = append(out, "{"+strings.Join(matchers, ",")+"}")
	}
	if len(out) == 0 {
		out = []string{"{" + own + "}"}
	}
	return out
}
