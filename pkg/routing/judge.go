package routing

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/config"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

// Judge returns what Alertmanager refuses a configuration for and, as
// warnings, what fails only when a notification is sent: templates that do not
// parse or do not exist. Templates are the template files of the bundle; the
// findings on them are theirs.
func Judge(ctx context.Context, o bundle.Object, templates []bundle.Object) (diag.List, error) {
	var diags diag.List
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	elsewhere := unseen(v, templates)
	set := parseTemplates(&diags, templates, elsewhere >= 0)
	_, refusal := LoadConfig(o.Body.Bytes())
	if refusal != nil {
		references(&diags, o, v)
		findings, err := loader().Judge(ctx, v)
		if err != nil {
			return diags, fmt.Errorf("judge %s: %w", o.Ref, err)
		}
		verdict.Report(&diags, o, "alertmanager", findings)
		if !diags.HasErrors() {
			verdict.Errorf(&diags, o, "alertmanager/invalid", "", "%s", refusal)
		}
	}
	told := map[string]bool{}
	for _, d := range diags {
		told[d.Pointer] = d.Object == o.Ref.String()
	}
	inlineTemplates(&diags, o, v, set, told)
	set.reportUnseen(&diags, o, v, elsewhere)
	return diags, nil
}

// loader asks about everything but references to receivers and intervals,
// which upstream checks last and one at a time: references finds them all.
func loader() verdict.Loader {
	return verdict.Loader{
		Load: func(yaml []byte) error {
			_, err := LoadConfig(yaml)
			if err != nil && isReference(err.Error()) {
				return nil
			}
			return err
		},
		Type:  reflect.TypeFor[config.Config](),
		Units: []string{"/route/routes/*", "/receivers/*", "/inhibit_rules/*", "/time_intervals/*", "/mute_time_intervals/*"},
	}
}

func isReference(message string) bool {
	return strings.HasPrefix(message, "undefined receiver ") || strings.HasPrefix(message, "undefined time interval ")
}

// references finds routes that name what is not defined. It is only called
// for configurations that the loader refuses.
func references(diags *diag.List, o bundle.Object, v bundle.Value) {
	receivers := names(v.Array("receivers"))
	intervals := append(names(v.Array("time_intervals")), names(v.Array("mute_time_intervals"))...)
	root, ok := v.Get("route")
	if !ok {
		return
	}
	walkRoutes("/route", root, func(pointer string, route bundle.Value) {
		if name := route.Str("receiver"); name != "" {
			missing(diags, o, "alertmanager/receiver", pointer+"/receiver", "receiver", name, receivers)
		}
		for _, field := range []string{"mute_time_intervals", "active_time_intervals"} {
			for i, e := range route.Array(field) {
				at := fmt.Sprintf("%s/%s/%d", pointer, field, i)
				missing(diags, o, "alertmanager/time-interval", at, "time interval", e.Text, intervals)
			}
		}
	})
}

func missing(diags *diag.List, o bundle.Object, code, pointer, what, name string, defined []string) {
	if slices.Contains(defined, name) {
		return
	}
	d := verdict.Errorf(diags, o, code, pointer, "%s %q is not defined", what, name)
	d.Hint = diag.DidYouMean(name, defined)
	switch {
	case d.Hint != "":
	case len(defined) == 0:
		d.Hint = fmt.Sprintf("the configuration defines no %s", what)
	default:
		d.Hint = fmt.Sprintf("defined are: %s", strings.Join(defined, ", "))
	}
}

func names(list []bundle.Value) []string {
	var out []string
	for _, e := range list {
		if n := e.Str("name"); n != "" {
			out = append(out, n)
		}
	}
	return out
}

func walkRoutes(pointer string, route bundle.Value, visit func(string, bundle.Value)) {
	visit(pointer, route)
	for i, child := range route.Array("routes") {
		walkRoutes(fmt.Sprintf("%s/routes/%d", pointer, i), child, visit)
	}
}

// JudgeTemplates returns the findings on one of a bundle's template files, for
// a bundle without an Alertmanager configuration.
func JudgeTemplates(templates []bundle.Object, one bundle.Object) diag.List {
	var all, diags diag.List
	parseTemplates(&all, templates, false)
	for _, d := range all {
		if d.Object == one.Ref.String() {
			diags = append(diags, d)
		}
	}
	return diags
}
