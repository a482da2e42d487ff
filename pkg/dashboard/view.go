package dashboard

import (
	"strconv"
	"strings"

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
	// Annotations are the queries of annotations; RefID is their name.
	Annotations []Query
}

// Datasource is a reference to a data source. Both parts are empty where the
// default one is meant; legacy references by name have the name as UID.
type Datasource struct{ Type, UID string }

// IsZero reports whether nothing is said.
func (d Datasource) IsZero() bool { return d == Datasource{} }

// Panel is one panel.
type Panel struct {
	Pointer     string
	Type, Title string
	Datasource  Datasource
	Queries     []Query
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
}

// Variable is a template variable.
type Variable struct {
	Pointer    string
	Name, Type string
	Datasource Datasource
	// Query is the variable's query or, of a "datasource" variable, the type
	// of the data sources it lists.
	Query string
}

// Read returns the view of a dashboard. It takes what it understands and is
// silent about the rest, which Judge is for.
func Read(v bundle.Value) Dashboard {
	pointer, spec := Spec(v)
	d := Dashboard{Pointer: pointer, UID: spec.Str("uid"), Title: spec.Str("title")}
	if pointer != "" {
		meta, _ := v.Get("metadata")
		d.UID = meta.Str("name")
	}
	d.SchemaVersion, _ = strconv.Atoi(spec.Str("schemaVersion"))
	walkPanels(pointer, spec, func(p string, panel bundle.Value) {
		if !isRow(panel) {
			d.Panels = append(d.Panels, readPanel(p, panel))
		}
	})
	templating, _ := spec.Get("templating")
	for i, e := range templating.Array("list") {
		variable := Variable{
			Pointer: pointer + "/templating/list/" + strconv.Itoa(i),
			Name:    e.Str("name"), Type: e.Str("type"), Datasource: readDatasource(e), Query: e.Str("query"),
		}
		if q, _ := e.Get("query"); q.Kind == bundle.Map {
			variable.Query = q.Str("query")
		}
		d.Variables = append(d.Variables, variable)
	}
	annotations, _ := spec.Get("annotations")
	for i, e := range annotations.Array("list") {
		d.Annotations = append(d.Annotations, Query{
			Pointer: pointer + "/annotations/list/" + strconv.Itoa(i), RefID: e.Str("name"),
			Datasource: readDatasource(e), Expr: e.Str("expr"), Hidden: e.Str("enable") == "false",
		})
	}
	return d
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
	p := Panel{Pointer: pointer, Type: v.Str("type"), Title: v.Str("title"), Datasource: readDatasource(v)}
	for i, t := range v.Array("targets") {
		q := Query{
			Pointer: pointer + "/targets/" + strconv.Itoa(i),
			RefID:   t.Str("refId"), Datasource: readDatasource(t), Expr: t.Str("expr"), Hidden: t.Str("hide") == "true",
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
