package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/routing"
	"github.com/monctl/monctl/pkg/routing/simulate"
)

// alertsFile is a timeline of alerts and silences.
type alertsFile struct {
	name    string
	content []byte
	start   time.Time
	until   time.Duration
	alerts  []timedAlert
	// silences are those of the file.
	silences []simulate.Silence
}

// timedAlert fires from one instant to another, after the start.
type timedAlert struct {
	labels, annotations map[string]string
	from                time.Duration
	until               *time.Duration // nil: it does not end
}

// readAlertsFile reads a timeline. What is wrong with it is a finding.
func (g *global) readAlertsFile(name string) (alertsFile, diag.List, error) {
	f := alertsFile{name: filepath.ToSlash(name), start: time.Unix(0, 0).UTC()}
	var err error
	if name == "-" {
		f.name = "<stdin>"
		f.content, err = io.ReadAll(g.sys.Stdin)
	} else {
		f.content, err = os.ReadFile(g.at(name))
	}
	switch {
	case os.IsNotExist(err):
		return f, nil, &usageError{err: fmt.Errorf("there is no file %q", name), hint: siblings(g.at(name))}
	case err != nil:
		return f, nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	docs, diags := bundle.DecodeYAML(f.name, f.content)
	if diags.HasErrors() {
		return f, diags, nil
	}
	if len(docs) != 1 {
		diags.Errorf("test/value", diag.Span{File: f.name}, "this file has %d documents, and one is wanted", len(docs))
		return f, diags, nil
	}
	r := timelineReader{file: &f, doc: docs[0], diags: &diags}
	r.read(docs[0].Value)
	return f, diags, nil
}

// timelineReader reads a timeline and says what is wrong with it.
type timelineReader struct {
	file  *alertsFile
	doc   bundle.Document
	diags *diag.List
}

func (r *timelineReader) wrong(pointer, hint, format string, args ...any) {
	d := r.diags.Errorf("test/value", r.doc.Origin.At(pointer), format, args...)
	d.Pointer, d.Hint = pointer, hint
}

// fields refuses what is no map, and fields that there are not.
func (r *timelineReader) fields(pointer string, v bundle.Value, known ...string) bool {
	if v.Kind != bundle.Map {
		r.wrong(pointer, "", "this is %s and no map", kindText(v.Kind))
		return false
	}
	ok := true
	for _, key := range v.Keys {
		if !slices.Contains(known, key) {
			d := r.diags.Errorf("test/unknown-key", r.doc.Origin.At(pointer+"/"+bundle.EscapeToken(key)), "unknown key %q", key)
			d.Pointer, d.Hint = pointer+"/"+bundle.EscapeToken(key), diag.DidYouMean(key, known)
			ok = false
		}
	}
	return ok
}

func (r *timelineReader) read(v bundle.Value) {
	alerts, at := v.Array("alerts"), "/alerts"
	switch {
	case v.Kind == bundle.Array: // alerts, and nothing else to say
		alerts, at = v.Elem, ""
	case !r.fields("", v, "start_timestamp", "until", "alerts", "silences") && v.Kind != bundle.Map:
		return
	}
	if start, ok := v.Get("start_timestamp"); ok {
		var err error
		if r.file.start, err = parseTime("start_timestamp", start.Text); err != nil {
			r.wrong("/start_timestamp", "write 2026-01-03T02:50:00Z", "start_timestamp %q is no time", start.Text)
		}
	}
	r.file.until, _ = r.duration("/until", v, "until", 0)
	for i, a := range alerts {
		r.alert(at+"/"+strconv.Itoa(i), a)
	}
	for i, s := range v.Array("silences") {
		r.silence("/silences/"+strconv.Itoa(i), s)
	}
	if len(r.file.alerts) == 0 && !r.diags.HasErrors() {
		r.wrong("", "write alerts: [{labels: {alertname: X}, from: 0m}]", "there is no alert in this file")
	}
}

// duration reads a field such as 5m; ok is false where it is not there.
func (r *timelineReader) duration(pointer string, v bundle.Value, key string, otherwise time.Duration) (time.Duration, bool) {
	e, ok := v.Get(key)
	if !ok {
		return otherwise, false
	}
	d, err := model.ParseDuration(e.Text)
	if err != nil {
		r.wrong(pointer, "write it as 90s, 5m or 1h30m", "%s: %q is no duration", key, e.Text)
	}
	return time.Duration(d), true
}

func (r *timelineReader) alert(pointer string, v bundle.Value) {
	if !r.fields(pointer, v, "labels", "annotations", "from", "until") {
		return
	}
	a := timedAlert{labels: r.texts(pointer, v, "labels"), annotations: r.texts(pointer, v, "annotations")}
	if _, ok := v.Get("labels"); !ok {
		r.wrong(pointer, "", "an alert needs labels")
		return
	}
	a.from, _ = r.duration(pointer+"/from", v, "from", 0)
	if until, ok := r.duration(pointer+"/until", v, "until", 0); ok {
		a.until = &until
		if until < a.from {
			r.wrong(pointer+"/until", "", "the alert ends before it begins")
		}
	}
	r.file.alerts = append(r.file.alerts, a)
}

func (r *timelineReader) texts(pointer string, v bundle.Value, key string) map[string]string {
	m, ok := v.Get(key)
	if !ok {
		return map[string]string{}
	}
	out := map[string]string{}
	if !r.isMap(pointer+"/"+key, m) {
		return out
	}
	for i, name := range m.Keys {
		e := m.Elem[i]
		if e.Kind == bundle.Map || e.Kind == bundle.Array || e.Kind == bundle.Null {
			r.wrong(pointer+"/"+key+"/"+bundle.EscapeToken(name), "", "%q is %s and no text", name, kindText(e.Kind))
			continue
		}
		out[name] = e.Text
	}
	return out
}

func (r *timelineReader) isMap(pointer string, v bundle.Value) bool {
	if v.Kind != bundle.Map {
		r.wrong(pointer, "", "this is %s and no map", kindText(v.Kind))
	}
	return v.Kind == bundle.Map
}

func (r *timelineReader) silence(pointer string, v bundle.Value) {
	if !r.fields(pointer, v, "matchers", "from", "until", "comment") {
		return
	}
	s := simulate.Silence{ID: v.Str("comment"), Comment: v.Str("comment")}
	for i, m := range v.Array("matchers") {
		matchers, err := routing.ParseMatchers(m.Text)
		if err != nil {
			r.wrong(fmt.Sprintf("%s/matchers/%d", pointer, i), `write 'team="x"'`, "no matcher: %s", err)
			continue
		}
		s.Matchers = append(s.Matchers, matchers...)
	}
	if len(s.Matchers) == 0 {
		r.wrong(pointer, `write matchers: ['team="x"']`, "a silence needs matchers")
	}
	from, _ := r.duration(pointer+"/from", v, "from", 0)
	s.From = r.file.start.Add(from)
	if until, ok := r.duration(pointer+"/until", v, "until", 0); ok {
		s.Until = r.file.start.Add(until)
	}
	r.file.silences = append(r.file.silences, s)
}

// kindText names a kind of value in a sentence.
func kindText(k bundle.ValueKind) string {
	switch k {
	case bundle.Array:
		return "a list"
	case bundle.Map:
		return "a map"
	case bundle.Null:
		return "nothing"
	default:
		return "a " + k.String()
	}
}
