package dashboard

import (
	"strconv"
	"strings"
	"sync"

	"github.com/monctl/monctl/pkg/bundle"
)

// Dashboard is what checks see of a dashboard.
type Dashboard struct {
	// Pointer is "" or, in a resource, "/spec".
	Pointer       string
	UID, Title    string
	SchemaVersion int
	// Panels are all panels, those within rows included, rows excluded.
	Panels    []Panel
	Variables []Variable
	// Repeats are those of panels and of rows.
	Repeats []Repeat
	// Annotations are the queries of annotations; RefID is their name.
	Annotations []Query
	// Links are the dashboard's own, then those of panels and fields.
	Links []Link
	// Tags are what lists of dashboards select by.
	Tags []string
	// Spec is the dashboard as it is written.
	Spec bundle.Value

	// tried are what queries were found to be, for all copies.
	tried *sync.Map
	uses  func() map[string]bool
}

// Datasource is a reference to a data source. Both parts are empty where the
// default one is meant; legacy references by name have the name as UID.
type Datasource struct{ Type, UID string }

// IsZero reports whether nothing is said.
func (d Datasource) IsZero() bool { return d == Datasource{} }

// Panel is one panel.
type Panel struct {
	Pointer     string
	ID          string // "" where Grafana is to give one
	Type, Title string
	Datasource  Datasource
	Queries     []Query
	// Unit is the id of the unit of the panel's values, "" if it has none.
	Unit string
	// Repeat is the variable that the panel is repeated for, or "".
	Repeat string
	// Spec is the panel as it is written.
	Spec bundle.Value
}

// Query is one query of a panel.
type Query struct {
	// Pointer is the place of the query, "/panels/3/targets/0".
	Pointer string
	RefID   string
	// Datasource is the query's own or the panel's.
	Datasource Datasource
	// Expr is the text of a Prometheus or Loki query, "" for others.
	Expr string
	// Hidden queries do not run.
	Hidden bool
	// Interval is the shortest step of the query, "" where the panel decides.
	Interval string
}

// Variable is a template variable.
type Variable struct {
	Pointer    string
	Name, Type string
	Datasource Datasource
	// Query is the variable's query or, of a "datasource" variable, the type
	// of the data sources it lists.
	Query string
	// QueryPointer is the place of Query.
	QueryPointer string
	// Refresh says when the query runs: "0" never, "1" when the dashboard is
	// loaded, "2" when the time range changes, too; "" if nothing is said.
	Refresh string
}

// Repeat is a panel or row that Grafana draws once for each value of a variable.
type Repeat struct {
	// Pointer is the place of the variable's name.
	Pointer  string
	Variable string
}

// Link is a link of a dashboard, a panel or a value.
type Link struct {
	Pointer string
	// URL is where it leads; "" for a list of the dashboards with Tags.
	URL  string
	Tags []string
}

// Read returns the view of a dashboard. It takes what it understands and is
// silent about the rest, which Judge is for.
func Read(v bundle.Value) Dashboard {
	pointer, spec := Spec(v)
	d := Dashboard{Pointer: pointer, UID: spec.Str("uid"), Title: spec.Str("title"), Spec: v, tried: &sync.Map{}}
	if pointer != "" {
		meta, _ := v.Get("metadata")
		d.UID = meta.Str("name")
	}
	d.SchemaVersion, _ = strconv.Atoi(spec.Str("schemaVersion"))
	for _, tag := range spec.Array("tags") {
		d.Tags = append(d.Tags, tag.Text)
	}
	d.Links = readLinks(pointer+"/links", spec.Array("links"))
	walkPanels(pointer, spec, func(p string, panel bundle.Value) {
		d.Repeats = append(d.Repeats, readRepeat(p, panel)...)
		if !isRow(panel) {
			d.Panels = append(d.Panels, readPanel(p, panel))
			d.Links = append(d.Links, panelLinks(p, panel)...)
		}
	})
	for i, row := range spec.Array("rows") {
		d.Repeats = append(d.Repeats, readRepeat(pointer+"/rows/"+strconv.Itoa(i), row)...)
	}
	templating, _ := spec.Get("templating")
	for i, e := range templating.Array("list") {
		d.Variables = append(d.Variables, readVariable(pointer+"/templating/list/"+strconv.Itoa(i), e))
	}
	annotations, _ := spec.Get("annotations")
	for i, e := range annotations.Array("list") {
		d.Annotations = append(d.Annotations, Query{
			Pointer: pointer + "/annotations/list/" + strconv.Itoa(i), RefID: e.Str("name"),
			Datasource: readDatasource(e), Expr: e.Str("expr"), Hidden: e.Str("enable") == "false",
		})
	}
	d.uses = sync.OnceValue(func() map[string]bool { return usedVariables(v, d.Variables) })
	return d
}

func readRepeat(pointer string, v bundle.Value) []Repeat {
	if repeat, ok := v.Get("repeat"); ok && repeat.Kind == bundle.String && repeat.Text != "" {
		return []Repeat{{pointer + "/repeat", repeat.Text}}
	}
	return nil
}

func readVariable(pointer string, v bundle.Value) Variable {
	out := Variable{
		Pointer: pointer, Name: v.Str("name"), Type: v.Str("type"), Datasource: readDatasource(v),
		Query: v.Str("query"), QueryPointer: pointer + "/query", Refresh: v.Str("refresh"),
	}
	if q, _ := v.Get("query"); q.Kind == bundle.Map {
		out.Query, out.QueryPointer = q.Str("query"), pointer+"/query/query"
	}
	return out
}

// panelLinks are the links of a panel and those that its values have.
func panelLinks(pointer string, panel bundle.Value) []Link {
	out := readLinks(pointer+"/links", panel.Array("links"))
	const defaults = "/fieldConfig/defaults/links"
	if links, ok := panel.Lookup(defaults); ok {
		out = append(out, readLinks(pointer+defaults, links.Elem)...)
	}
	config, _ := panel.Get("fieldConfig")
	for i, override := range config.Array("overrides") {
		for j, property := range override.Array("properties") {
			if property.Str("id") == "links" {
				at := pointer + "/fieldConfig/overrides/" + strconv.Itoa(i) + "/properties/" + strconv.Itoa(j) + "/value"
				out = append(out, readLinks(at, property.Array("value"))...)
			}
		}
	}
	return out
}

func readLinks(pointer string, list []bundle.Value) []Link {
	var out []Link
	for i, e := range list {
		l := Link{Pointer: pointer + "/" + strconv.Itoa(i), URL: e.Str("url")}
		if e.Str("type") == "dashboards" {
			l.URL = ""
			for _, tag := range e.Array("tags") {
				l.Tags = append(l.Tags, tag.Text)
			}
		}
		out = append(out, l)
	}
	return out
}

// Spec returns the classic dashboard in a value, with its pointer: the value
// itself or the spec of a resource.
func Spec(v bundle.Value) (pointer string, spec bundle.Value) {
	if strings.HasPrefix(v.Str("apiVersion"), "dashboard.grafana.app/") {
		if spec, ok := v.Get("spec"); ok {
			return "/spec", spec
		}
	}
	return "", v
}

func isRow(panel bundle.Value) bool { return panel.Str("type") == "row" }

// walkPanels visits panels, rows and the panels within either kind of rows.
func walkPanels(pointer string, spec bundle.Value, visit func(pointer string, panel bundle.Value)) {
	var list func(pointer string, panels []bundle.Value)
	list = func(pointer string, panels []bundle.Value) {
		for i, p := range panels {
			at := pointer + "/" + strconv.Itoa(i)
			visit(at, p)
			if isRow(p) {
				list(at+"/panels", p.Array("panels"))
			}
		}
	}
	list(pointer+"/panels", spec.Array("panels"))
	for i, row := range spec.Array("rows") {
		list(pointer+"/rows/"+strconv.Itoa(i)+"/panels", row.Array("panels"))
	}
}

func readPanel(pointer string, v bundle.Value) Panel {
	p := Panel{
		Pointer: pointer, ID: v.Str("id"), Type: v.Str("type"), Title: v.Str("title"), Datasource: readDatasource(v),
		Repeat: v.Str("repeat"), Spec: v,
	}
	if unit, ok := v.Lookup("/fieldConfig/defaults/unit"); ok {
		p.Unit = unit.Text
	}
	for i, t := range v.Array("targets") {
		q := Query{
			Pointer: pointer + "/targets/" + strconv.Itoa(i),
			RefID:   t.Str("refId"), Datasource: readDatasource(t), Expr: t.Str("expr"), Hidden: t.Str("hide") == "true",
			Interval: t.Str("interval"),
		}
		if q.Datasource.IsZero() {
			q.Datasource = p.Datasource
		}
		p.Queries = append(p.Queries, q)
	}
	return p
}

func readDatasource(v bundle.Value) Datasource {
	switch ds, _ := v.Get("datasource"); ds.Kind {
	case bundle.String:
		return Datasource{UID: ds.Text}
	case bundle.Map:
		return Datasource{Type: ds.Str("type"), UID: ds.Str("uid")}
	case bundle.Null, bundle.Bool, bundle.Number, bundle.Array:
	}
	return Datasource{}
}
