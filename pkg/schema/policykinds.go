package schema

import (
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/dashboard"
)

// PolicyKinds returns the definitions that a policy can give.
func PolicyKinds() []string {
	return []string{"#AlertingRule", "#RecordingRule", "#RuleGroup", "#Route", "#Receiver", "#Dashboard", "#Panel", "#ScrapeJob"}
}

// policyPart is one thing that a policy speaks about.
type policyPart struct {
	kind    string
	pointer string
	// name is what messages call it: `alert "HostDown"`.
	name  string
	value bundle.Value
}

// partsOf takes an object apart.
func partsOf(o bundle.Object) ([]policyPart, error) {
	if o.Ref.Kind.IsRaw() {
		return nil, nil
	}
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	switch o.Ref.Kind {
	case bundle.Rules:
		return ruleParts(v), nil
	case bundle.Alertmanager:
		return alertmanagerParts(v), nil
	case bundle.Dashboard:
		return dashboardParts(v), nil
	case bundle.Prometheus:
		return list(v, "scrape_configs", "#ScrapeJob", "scrape job", "job_name"), nil
	case bundle.Template, bundle.File:
	}
	return nil, nil
}

func ruleParts(group bundle.Value) []policyPart {
	out := []policyPart{{"#RuleGroup", "", "rule group " + strconv.Quote(group.Str("name")), group}}
	for i, rule := range group.Array("rules") {
		part := policyPart{kind: "#AlertingRule", pointer: "/rules/" + strconv.Itoa(i), name: "alert " + strconv.Quote(rule.Str("alert")), value: rule}
		if rule.Has("record") {
			part.kind, part.name = "#RecordingRule", "recording rule "+strconv.Quote(rule.Str("record"))
		}
		out = append(out, part)
	}
	return out
}

func alertmanagerParts(v bundle.Value) []policyPart {
	out := list(v, "receivers", "#Receiver", "receiver", "name")
	if root, ok := v.Get("route"); ok {
		out = append(out, routeParts("/route", root)...)
	}
	return out
}

func routeParts(pointer string, route bundle.Value) []policyPart {
	out := []policyPart{{"#Route", pointer, "route" + place(pointer), route}}
	for i, child := range route.Array("routes") {
		out = append(out, routeParts(pointer+"/routes/"+strconv.Itoa(i), child)...)
	}
	return out
}

// place writes a pointer below the root route as people do: " [2][0]".
func place(pointer string) string {
	var b strings.Builder
	for i, token := range strings.Split(pointer, "/routes/") {
		if i > 0 {
			b.WriteString("[" + token + "]")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return " " + b.String()
}

func dashboardParts(v bundle.Value) []policyPart {
	d := dashboard.Read(v)
	pointer, spec := dashboard.Spec(v)
	out := []policyPart{{"#Dashboard", pointer, "dashboard " + strconv.Quote(d.Title), spec}}
	for _, p := range d.Panels {
		out = append(out, policyPart{"#Panel", p.Pointer, "panel " + strconv.Quote(p.Title), p.Spec})
	}
	return out
}

// list makes parts of the elements of a field.
func list(v bundle.Value, field, kind, what, name string) []policyPart {
	var out []policyPart
	for i, e := range v.Array(field) {
		out = append(out, policyPart{kind, "/" + field + "/" + strconv.Itoa(i), what + " " + strconv.Quote(e.Str(name)), e})
	}
	return out
}
