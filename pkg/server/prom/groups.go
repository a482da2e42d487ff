package prom

import (
	"bytes"
	"cmp"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
)

// RuleGroup is one rule group of a revision.
type RuleGroup struct {
	// Namespace and Name are the group's identity.
	Namespace, Name string
	// YAML is the group: {name: …, rules: […]}, as YAML or JSON.
	YAML []byte
}

// groupID identifies a rule group across revisions.
type groupID struct{ namespace, name string }

func (id groupID) compare(other groupID) int {
	return cmp.Or(cmp.Compare(id.namespace, other.namespace), cmp.Compare(id.name, other.name))
}

// object is the reference of the group in a bundle.
func (id groupID) object() string { return "rules/" + id.namespace + "/" + id.name }

// metricKey is the value of the label rule_group.
func (id groupID) metricKey() string { return rules.GroupKey(id.namespace, id.name) }

// ruleEnv is what a group depends on besides its own text.
type ruleEnv struct {
	interval       time.Duration
	queryOffset    time.Duration
	externalLabels labels.Labels
	names          model.ValidationScheme
}

func newRuleEnv(cfg *config.Config) ruleEnv {
	return ruleEnv{
		interval:       time.Duration(cfg.GlobalConfig.EvaluationInterval),
		queryOffset:    time.Duration(cfg.GlobalConfig.RuleQueryOffset),
		externalLabels: cfg.GlobalConfig.ExternalLabels,
		names:          cfg.GlobalConfig.MetricNameValidationScheme,
	}
}

func (e ruleEnv) equal(other ruleEnv) bool {
	return e.interval == other.interval && e.queryOffset == other.queryOffset && e.names == other.names &&
		labels.Equal(e.externalLabels, other.externalLabels)
}

// groupSpec is a parsed, valid group. It is immutable; the rules in it are
// not, so each use makes its own with newGroup.
type groupSpec struct {
	id   groupID
	text []byte
	env  ruleEnv

	format rulefmt.RuleGroup
	exprs  []parser.Expr
}

func (s *groupSpec) interval() time.Duration {
	if s.format.Interval != 0 {
		return time.Duration(s.format.Interval)
	}
	return s.env.interval
}

func (s *groupSpec) queryOffset() time.Duration {
	if s.format.QueryOffset != nil {
		return time.Duration(*s.format.QueryOffset)
	}
	return s.env.queryOffset
}

// builtFrom reports whether parsing text in env would give s again.
func (s *groupSpec) builtFrom(text []byte, env ruleEnv) bool {
	return bytes.Equal(s.text, text) && s.env.equal(env)
}

// sameAs reports whether replacing s by other would change nothing. Unlike
// rules.Group.Equals it minds external labels, which templates can read.
func (s *groupSpec) sameAs(other *groupSpec) bool {
	if s == other {
		return true
	}
	if s.id != other.id || s.interval() != other.interval() || s.queryOffset() != other.queryOffset() ||
		s.format.Limit != other.format.Limit || !labels.Equal(s.env.externalLabels, other.env.externalLabels) {
		return false
	}
	equal := func(a, b rules.Rule) bool { return a.String() == b.String() }
	discard := slog.New(slog.DiscardHandler)
	return slices.EqualFunc(s.rules("", true, discard), other.rules("", true, discard), equal)
}

// rules makes the rules of the group. Those that are not restored yet write no
// ALERTS until rules.Group.RestoreForState was called.
func (s *groupSpec) rules(externalURL string, restored bool, logger *slog.Logger) []rules.Rule {
	out := make([]rules.Rule, len(s.format.Rules))
	for i, r := range s.format.Rules {
		ruleLabels := rules.FromMaps(s.format.Labels, r.Labels)
		if r.Alert == "" {
			out[i] = rules.NewRecordingRule(r.Record, s.exprs[i], ruleLabels)
			continue
		}
		out[i] = rules.NewAlertingRule(
			r.Alert, s.exprs[i], time.Duration(r.For), time.Duration(r.KeepFiringFor),
			ruleLabels, labels.FromMap(r.Annotations), s.env.externalLabels, externalURL,
			restored, logger.With("alert", r.Alert),
		)
	}
	return out
}

// newGroup makes a group that can be evaluated. It sets the group's metrics,
// so it is called when the group takes over and not before.
func (s *groupSpec) newGroup(opts *rules.ManagerOptions, restored bool) *rules.Group {
	offset := s.queryOffset()
	return rules.NewGroup(rules.GroupOptions{
		Name:        s.id.name,
		File:        s.id.namespace,
		Interval:    s.interval(),
		Limit:       s.format.Limit,
		QueryOffset: &offset,
		Rules:       s.rules(opts.ExternalURL.String(), restored, opts.Logger),
		Opts:        opts,
	})
}
