package promconf

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
)

// Group is a rule group as checks see it.
type Group struct {
	Name string
	// Interval is zero where the global one applies.
	Interval time.Duration
	Labels   map[string]string
	Rules    []Rule
}

// Rule is one rule of a group.
type Rule struct {
	// Pointer is the place of the rule in its group: "/rules/3".
	Pointer string
	// Alert or Record is the rule's name, the other one empty.
	Alert, Record string
	Expr          string
	For           time.Duration
	KeepFiringFor time.Duration
	// Labels are the rule's own, without those of the group.
	Labels      map[string]string
	Annotations map[string]string
}

// Name returns the name of the alert or of the recorded series.
func (r Rule) Name() string {
	if r.Alert != "" {
		return r.Alert
	}
	return r.Record
}

// ReadGroup returns the view of a rule group. Its error means that the group
// does not decode, which JudgeRules explains.
func ReadGroup(o bundle.Object) (Group, error) {
	if v, err := o.Value(); err == nil {
		if g, ok := plainGroup(v); ok {
			return g, nil
		}
	}
	var raw rulefmt.RuleGroup
	if err := yaml.Unmarshal(o.Body.Bytes(), &raw); err != nil {
		return Group{}, fmt.Errorf("read %s: %w", o.Ref, err)
	}
	g := Group{Name: raw.Name, Interval: time.Duration(raw.Interval), Labels: raw.Labels}
	for i, r := range raw.Rules {
		g.Rules = append(g.Rules, Rule{
			Pointer: "/rules/" + strconv.Itoa(i), Alert: r.Alert, Record: r.Record, Expr: r.Expr,
			For: time.Duration(r.For), KeepFiringFor: time.Duration(r.KeepFiringFor),
			Labels: r.Labels, Annotations: r.Annotations,
		})
	}
	return g, nil
}

// nameValidation is what Prometheus 3 and promtool use unless told otherwise.
const nameValidation = model.UTF8Validation
