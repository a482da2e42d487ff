package dashboard

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/verdict"
)

// The codes of this package's findings.
const (
	codeType    = "dashboard/type"
	codeUnknown = "dashboard/unknown-field"
	codeUID     = "dashboard/uid"
	codeTitle   = "dashboard/title"
)

// Judge returns what Grafana would choke on, show wrongly (errors) or ignore
// (warnings) in a dashboard.
func Judge(ctx context.Context, o bundle.Object) (diag.List, error) {
	v, err := o.Value()
	if err != nil {
		return nil, err
	}
	j := judge{object: o}
	if v.Kind != bundle.Map {
		verdict.Errorf(&j.diags, o, codeType, "", "a dashboard is an object, found %s", article(v.Kind.String()))
		return j.diags, nil
	}
	pointer, spec := Spec(v)
	j.identity(pointer, v, spec)
	if isV2(v) {
		return j.diags, nil
	}
	if err := j.shell(pointer, spec); err != nil {
		return nil, fmt.Errorf("judge %s: %w", o.Ref, err)
	}
	if err := j.panels(ctx, pointer, spec); err != nil {
		return nil, fmt.Errorf("judge %s: %w", o.Ref, err)
	}
	return j.diags, nil
}

// isV2 reports whether a resource is of the second schema, whose layouts are
// not judged: the SDK has types for it, but what they refuse is not known yet.
func isV2(v bundle.Value) bool {
	return strings.HasPrefix(v.Str("apiVersion"), "dashboard.grafana.app/v2")
}

type judge struct {
	object bundle.Object
	diags  diag.List
}

// validUID is what Grafana accepts: at most 40 of these characters.
var validUID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,40}$`)

func (j *judge) identity(pointer string, v, spec bundle.Value) {
	if title, ok := spec.Get("title"); !ok || title.Kind == bundle.String && strings.TrimSpace(title.Text) == "" {
		verdict.Errorf(&j.diags, j.object, codeTitle, pointer+"/title", "the dashboard has no title").Hint = "Grafana refuses dashboards without one"
	}
	at := pointer + "/uid"
	uid := spec.Str("uid")
	if pointer != "" {
		meta, _ := v.Get("metadata")
		at, uid = "/metadata/name", meta.Str("name")
	}
	switch {
	case uid == "":
		d := verdict.Errorf(&j.diags, j.object, codeUID, at, "the dashboard has no uid")
		d.Severity = diag.Warning
		d.Hint = "without one, links to it break when it is imported again"
	case pointer == "" && !validUID.MatchString(uid):
		d := verdict.Errorf(&j.diags, j.object, codeUID, at, "uid %q is not valid", uid)
		d.Hint = "Grafana takes up to 40 letters, digits, \"-\" and \"_\""
	}
}

// shell judges everything but panels.
func (j *judge) shell(pointer string, spec bundle.Value) error {
	normal := j.lists(pointer, normalShell(spec), reflect.TypeFor[sdkDashboard]())
	found, err := decodeStrict(normal, new(sdkDashboard))
	if err != nil {
		return err
	}
	j.report(part{kind: shellPart, pointer: pointer, value: spec, fields: jsonFieldsAt(reflect.TypeFor[sdkDashboard](), nil)}, found)
	if err := j.list(pointer+"/templating/list", spec, "templating", func(p part) error {
		p.kind, p.fields = variablePart, jsonFieldsAt(reflect.TypeFor[sdkVariable](), nil)
		found, err := decodeStrict(normalVariable(p.value), new(sdkVariable))
		j.report(p, found)
		return err
	}); err != nil {
		return err
	}
	return j.list(pointer+"/annotations/list", spec, "annotations", func(p part) error {
		p.kind, p.fields = annotationPart, jsonFieldsAt(reflect.TypeFor[sdkAnnotation](), nil)
		found, err := decodeStrict(normalAnnotation(p.value), new(sdkAnnotation))
		j.report(p, found)
		return err
	})
}

// list visits the elements of {key: {list: […]}}.
func (j *judge) list(pointer string, spec bundle.Value, key string, visit func(part) error) error {
	container, ok := spec.Get(key)
	if !ok || container.Kind == bundle.Null {
		return nil
	}
	list, ok := container.Get("list")
	if container.Kind != bundle.Map {
		j.wrongKind(strings.TrimSuffix(pointer, "/list"), container, bundle.Map)
		return nil
	}
	if !ok || list.Kind == bundle.Null {
		return nil
	}
	if list.Kind != bundle.Array {
		j.wrongKind(pointer, list, bundle.Array)
		return nil
	}
	for i, e := range list.Elem {
		at := pointer + "/" + strconv.Itoa(i)
		if e.Kind != bundle.Map {
			j.wrongKind(at, e, bundle.Map)
			continue
		}
		if err := visit(part{pointer: at, value: e}); err != nil {
			return err
		}
	}
	return nil
}

func (j *judge) panels(ctx context.Context, pointer string, spec bundle.Value) error {
	for _, key := range []string{"panels", "rows"} {
		if e, ok := spec.Get(key); ok && e.Kind != bundle.Array && e.Kind != bundle.Null {
			j.wrongKind(pointer+"/"+key, e, bundle.Array)
		}
	}
	var failed error
	walkPanels(pointer, spec, func(at string, panel bundle.Value) {
		if failed == nil {
			failed = ctx.Err()
		}
		if failed == nil {
			failed = j.panel(at, panel)
		}
	})
	return failed
}

func (j *judge) panel(at string, panel bundle.Value) error {
	if panel.Kind != bundle.Map {
		j.wrongKind(at, panel, bundle.Map)
		return nil
	}
	if isRow(panel) {
		// A row has only a title and panels; the rest stays behind when a
		// panel becomes a row, and Grafana does not read it.
		if e, ok := panel.Get("panels"); ok && e.Kind != bundle.Array && e.Kind != bundle.Null {
			j.wrongKind(at+"/panels", e, bundle.Array)
		}
		return nil
	}
	normal := normalPanel(j.lists(at, panel, reflect.TypeFor[sdkPanel]()))
	found, err := decodeStrict(normal, new(sdkPanel))
	if err != nil {
		return err
	}
	if len(found) == 0 {
		// What the strict decoder accepts, the plain one takes as well, or
		// the panel could not be shown.
		if found, err = decodePlain(normal, new(sdkPanel)); err != nil {
			return err
		}
	}
	j.report(part{kind: panelPart, pointer: at, value: panel, panelType: panel.Str("type")}, found)
	return nil
}

// lists reports the fields that should be arrays and are not, and returns the
// value without them: the decoder gives up on the whole value there.
func (j *judge) lists(at string, v bundle.Value, t reflect.Type) bundle.Value {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		e, ok := v.Get(name)
		if !ok || f.Type.Kind() != reflect.Slice || e.Kind == bundle.Array || e.Kind == bundle.Null {
			continue
		}
		j.wrongKind(at+"/"+name, e, bundle.Array)
		v = without(v, name)
	}
	return v
}
