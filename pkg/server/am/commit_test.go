package am_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/monctl/monctl/pkg/server/am"
)

const (
	first = "first notification"
	more  = "new alerts added"
)

// check compares what was received with "reason: alerts" a line each.
func check(t *testing.T, got []message, want ...string) {
	t.Helper()
	var lines []string
	for _, m := range got {
		lines = append(lines, m.Reason+": "+m.names())
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("received\n  %s\nwant\n  %s", strings.Join(lines, "\n  "), strings.Join(want, "\n  "))
	}
}

// TestFiringGroupIsNotNotifiedAgain changes something else. The group is
// flushed as soon as the new dispatcher runs: were it notified again, it would
// be before or together with the second alert, and not because that is new.
func TestFiringGroupIsNotNotifiedAgain(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	apply(t, s, config("- {receiver: hook}", map[string]string{"hook": hook.URL}))
	put(t, s, alert("Down/a"))
	hook.wait(t, 1)
	apply(t, s, config("- {receiver: hook}", map[string]string{"hook": hook.URL, "unused": hook.URL}))
	put(t, s, alert("Down/b"))
	check(t, hook.wait(t, 2), first+": firing:Down/a", more+": firing:Down/a firing:Down/b")
}

// TestRewrittenMatcherContinuesGroup also guards groupKey and groupLabels,
// which repeat what upstream's dispatcher keeps to itself: if they differ from
// it, the group is notified as a new one.
func TestRewrittenMatcherContinuesGroup(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	hooks := map[string]string{"hook": hook.URL}
	a, b := alert("Down/a", "severity=page"), alert("Down/b", "severity=page")
	apply(t, s, config("- {receiver: hook, matchers: ['severity=\"page\"']}", hooks))
	put(t, s, a)
	key := hook.wait(t, 1)[0].GroupKey
	apply(t, s, config("- {receiver: hook, matchers: ['severity=~\"page|critical\"']}", hooks))
	put(t, s, b)
	hook.wait(t, 2)
	apply(t, s, config("- receiver: none\n  matchers: ['severity!=\"\"']\n  routes: [{receiver: hook, matchers: ['severity=~\"p.*\"']}]", hooks))
	put(t, s, resolved(a), resolved(b))
	got := hook.wait(t, 3)
	// Two resolutions can be told at once or one after the other.
	if len(got) == 3 && got[2].Status != "resolved" {
		got = hook.wait(t, 4)
	}
	check(t, got[:2], first+": firing:Down/a", more+": firing:Down/a firing:Down/b")
	if last := got[len(got)-1]; last.Status != "resolved" {
		t.Errorf("at last %s: %s", last.Status, last.names())
	}
	for _, m := range got {
		if m.GroupKey != key {
			t.Errorf("the incident %s went on as %s", key, m.GroupKey)
		}
	}
	// The next incident has the key of the present matchers.
	put(t, s, alert("Down/a", "severity=page"))
	if next := hook.wait(t, len(got)+1)[len(got)]; next.Reason != first || !strings.Contains(next.GroupKey, `severity!=""`) {
		t.Errorf("then %s as %s", next.Reason, next.GroupKey)
	}
}

// TestMatcherWrittenBack is about what upstream misses: the log of the first
// group says that the alert was told, although it ended since.
func TestMatcherWrittenBack(t *testing.T) {
	hook, other := newSink(t), newSink(t)
	s := open(t, am.Options{})
	hooks := map[string]string{"hook": hook.URL, "other": other.URL}
	one := config("- {receiver: hook, matchers: ['severity=\"page\"']}", hooks)
	a := alert("Down/a", "severity=page")
	apply(t, s, one)
	put(t, s, a)
	hook.wait(t, 1)
	apply(t, s, config("- {receiver: other, matchers: ['severity=\"page\"']}", hooks))
	other.wait(t, 1)
	put(t, s, resolved(a))
	other.wait(t, 2)
	apply(t, s, one)
	put(t, s, alert("Down/a", "severity=page"))
	check(t, hook.wait(t, 2), first+": firing:Down/a", first+": firing:Down/a")
}

// TestBackAndForth moves an entry to a key that has an older one.
func TestBackAndForth(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	hooks := map[string]string{"hook": hook.URL}
	put(t, s, alert("Down/a", "severity=page"))
	for range 3 {
		apply(t, s, config("- {receiver: hook, matchers: ['severity=\"page\"']}", hooks))
		hook.wait(t, 1)
		apply(t, s, config("- {receiver: hook, matchers: ['severity=~\"page\"']}", hooks))
	}
	put(t, s, alert("Down/b", "severity=page"))
	check(t, hook.wait(t, 2), first+": firing:Down/a", more+": firing:Down/a firing:Down/b")
}

// TestResolvedIsNotNotifiedAgain: the provider still has the resolved alert
// when the new dispatcher takes up its alerts.
func TestResolvedIsNotNotifiedAgain(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	in := config("- {receiver: hook, repeat_interval: 60ms}", map[string]string{"hook": hook.URL})
	apply(t, s, in)
	a, b := alert("Down/a"), alert("Down/b")
	put(t, s, a)
	hook.wait(t, 1)
	put(t, s, b)
	poll(t, "both are told", func() bool { return last(hook).names() == "firing:Down/a firing:Down/b" })
	put(t, s, resolved(b))
	poll(t, "the end is told", func() bool { return last(hook).names() == "firing:Down/a resolved:Down/b" })
	// A repetition, which makes the log forget the resolution.
	poll(t, "a repetition", func() bool { return last(hook).names() == "firing:Down/a" })
	n := len(hook.messages())
	apply(t, s, config("- {receiver: hook, repeat_interval: 61ms}", map[string]string{"hook": hook.URL}))
	put(t, s, alert("Down/c"))
	poll(t, "the third is told", func() bool { return strings.Contains(last(hook).names(), "firing:Down/c") })
	for _, m := range hook.messages()[n:] {
		if strings.Contains(m.names(), "Down/b") {
			t.Errorf("told again: %s: %s", m.Reason, m.names())
		}
	}
}

func last(s *sink) message {
	got := s.messages()
	if len(got) == 0 {
		return message{}
	}
	return got[len(got)-1]
}

// TestEndThatWasNotTold resolves while nothing can be sent; the new
// configuration tells it.
func TestEndThatWasNotTold(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	apply(t, s, config("- {receiver: hook, group_interval: 1h}", map[string]string{"hook": hook.URL}))
	a := alert("Down/a")
	put(t, s, a)
	hook.wait(t, 1)
	put(t, s, resolved(a))
	poll(t, "the group knows the end", func() bool {
		var alerts []any
		call(t, s, http.MethodGet, "/alerts", nil, &alerts)
		return len(alerts) == 0
	})
	apply(t, s, config("- {receiver: hook, group_interval: 59m}", map[string]string{"hook": hook.URL}))
	check(t, hook.wait(t, 2), first+": firing:Down/a", "all alerts resolved: resolved:Down/a")
}

func TestAttemptUnderWayIsNotSentTwice(t *testing.T) {
	hook := newSink(t)
	entered, release := make(chan struct{}, 9), make(chan struct{})
	hook.before = func(*http.Request) int {
		entered <- struct{}{}
		<-release
		return 0
	}
	s := open(t, am.Options{DrainTimeout: deadline})
	hooks := map[string]string{"hook": hook.URL}
	apply(t, s, config("- {receiver: hook}", hooks))
	put(t, s, alert("Down/a"))
	<-entered
	p, _, err := s.Prepare(t.Context(), config("- {receiver: hook}\n- {receiver: none}", hooks))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- p.Commit(t.Context()) }()
	// Time for the gate to close; if it is too short, less is tested.
	time.Sleep(50 * time.Millisecond)
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	put(t, s, alert("Down/b"))
	check(t, hook.wait(t, 2), first+": firing:Down/a", more+": firing:Down/a firing:Down/b")
}

// TestFailingReceiverDoesNotDelay: an integration that waits for its next retry
// is not waited for, and the other one of the receiver is not called again.
func TestFailingReceiverDoesNotDelay(t *testing.T) {
	good, bad := newSink(t), newSink(t)
	bad.before = func(*http.Request) int { return http.StatusServiceUnavailable }
	s := open(t, am.Options{DrainTimeout: time.Hour})
	in := func(interval string) am.Input {
		c := config("- {receiver: both, group_interval: "+interval+"}", nil)
		c.Config = append(c.Config, "- name: both\n  webhook_configs: [{url: '"+good.URL+"'}, {url: '"+bad.URL+"'}]\n"...)
		return c
	}
	apply(t, s, in("1h"))
	put(t, s, alert("Down/a"))
	failures := func() (n int) {
		for _, a := range s.Notifications() {
			if a.Outcome == am.Failed && a.Index == 1 {
				n++
			}
		}
		return n
	}
	poll(t, "some failures", func() bool { return failures() > 1 })
	good.wait(t, 1)
	begin, before := time.Now(), failures()
	apply(t, s, in("59m"))
	if d := time.Since(begin); d > deadline {
		t.Errorf("the change took %v", d)
	}
	poll(t, "it is tried anew", func() bool { return failures() > before })
	put(t, s, alert("Down/z"))
	if n := len(good.messages()); n != 1 {
		t.Errorf("the integration that works was called %d times", n)
	}
}

func TestDrainTimeout(t *testing.T) {
	hook := newSink(t)
	release := make(chan struct{})
	entered := make(chan struct{}, 9)
	hook.before = func(r *http.Request) int {
		entered <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
			return http.StatusServiceUnavailable
		}
		return 0
	}
	s := open(t, am.Options{DrainTimeout: 20 * time.Millisecond})
	hooks := map[string]string{"hook": hook.URL}
	apply(t, s, config("- {receiver: hook}", hooks))
	put(t, s, alert("Down/a"))
	<-entered
	apply(t, s, config("- {receiver: hook}\n- {receiver: none}", hooks))
	<-entered // At least once: the first may have got lost.
	close(release)
	check(t, hook.wait(t, 1)[:1], first+": firing:Down/a")
}

func TestSameConfigurationIsNoChange(t *testing.T) {
	hook := newSink(t)
	s := open(t, am.Options{})
	in := config("- {receiver: hook, group_interval: 1h}", map[string]string{"hook": hook.URL})
	apply(t, s, in)
	put(t, s, alert("Down/a"))
	hook.wait(t, 1)
	put(t, s, alert("Down/b"))
	apply(t, s, in)
	// A new dispatcher would tell of the second alert at once.
	p, _, err := s.Prepare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	p.Discard()
	if err := p.Commit(t.Context()); !errors.Is(err, am.ErrUsed) {
		t.Errorf("commit after discard: %v", err)
	}
	canary := alert("Canary/a")
	put(t, s, canary)
	check(t, hook.wait(t, 2), first+": firing:Down/a", first+": firing:Canary/a")
}

func TestCommitRefuses(t *testing.T) {
	s := open(t, am.Options{})
	p, _, err := s.Prepare(t.Context(), config("- {receiver: none}", nil))
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Commit(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("commit with an ended context: %v", err)
	}
	q, _, err := s.Prepare(t.Context(), am.Input{})
	if err != nil {
		t.Fatal(err)
	}
	closeServer(t, s)
	if err := q.Commit(t.Context()); !errors.Is(err, am.ErrClosed) {
		t.Errorf("commit after close: %v", err)
	}
}
