package paging

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/promeval"
)

// Example is an alert as it could get to Alertmanager.
type Example struct {
	Labels, Annotations map[string]string
	// Failed are annotations that cannot be filled in without data: they stand
	// there as they are written. The value says why.
	Failed map[string]string
}

// Example makes an alert with the labels that are known. Labels that are not
// known and that a template of the rule or one of names asks for stand there as
// <name>. The value is what the rule's expression yields.
func (a Alert) Example(ctx context.Context, names []string, value float64, at time.Time) (Example, error) {
	out := Example{Labels: map[string]string{}, Annotations: map[string]string{}, Failed: map[string]string{}}
	if a.Rule == nil {
		maps.Copy(out.Labels, a.Given)
		return out, ctx.Err()
	}
	series := promeval.Example{Series: map[string]string{}, External: a.Rule.External(), Value: value, At: at}
	for _, name := range a.names(names) {
		switch v, known := a.Label(name); {
		case !known && series.External[name] != "": // unless the series has it, too
			out.Labels[name] = series.External[name]
		case !known:
			series.Series[name] = "<" + name + ">"
		case v != "":
			series.Series[name] = v
		}
	}
	maps.Copy(out.Labels, series.Series)
	for name, text := range a.Rule.Fixed {
		if _, known := a.Label(name); known {
			continue
		}
		if v, err := series.Expand(ctx, text); err == nil {
			out.Labels[name] = v
		}
	}
	for name, text := range a.Rule.Spec.Annotations {
		v, err := series.Expand(ctx, text)
		if err != nil {
			v, out.Failed[name] = text, fmt.Sprint(err)
		}
		out.Annotations[name] = v
	}
	return out, ctx.Err()
}

// inTemplate finds the labels that a template of a rule names.
var inTemplate = regexp.MustCompile(`(?:\$labels|\.Labels)\.(\w+)|index \$labels "([^"]+)"`)

// names are the labels that an example is made of.
func (a Alert) names(asked []string) []string {
	out := append(sortedKeys(a.Given), asked...)
	out = append(out, sortedKeys(a.Rule.Fixed)...)
	out = append(out, sortedKeys(a.Rule.External())...)
	out = append(out, model.AlertNameLabel)
	for _, texts := range []map[string]string{a.Rule.Spec.Annotations, a.Rule.Fixed} {
		for _, text := range texts {
			for _, m := range inTemplate.FindAllStringSubmatch(text, -1) {
				out = append(out, m[1]+m[2])
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
