package promconf

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// A Dialect says which program reads the rules: which fields they may have
// beside those of Prometheus, and in which language expressions are. The zero
// value is the Prometheus that this binary was built with.
type Dialect struct {
	family *family
	// major and minor are those of an older Prometheus; 0 means the one of
	// this binary.
	major, minor int
}

// family is a program that reads rules. Its fields are added to those of
// Prometheus.
type family struct {
	name string
	// file, group and rule are the fields of each, with what they hold.
	file, group, rule map[string]fieldType
	// foreign says that expressions are in a language that Prometheus' parser
	// does not read, and logs that it would misunderstand where it does.
	foreign, logs bool
	// templates says that templates have functions that Prometheus does not.
	templates bool
}

// families are all dialects. What a program itself refuses is not among the
// fields, whatever its tools or older versions take.
func families() []family {
	return []family{
		{name: "prometheus"},
		// Mimir: model/rulefmt of its fork of Prometheus; remote_write and
		// namespace are mimirtool's (pkg/mimirtool/rules).
		{
			name: "mimir",
			file: map[string]fieldType{"namespace": text},
			group: map[string]fieldType{
				"source_tenants": texts, "align_evaluation_time_on_interval": boolean,
				"evaluation_delay": duration, "query_offset": duration, "remote_write": list,
			},
		},
		// Thanos: pkg/rules/manager.go, which gives the rest to Prometheus.
		{
			name:  "thanos",
			group: map[string]fieldType{"partial_response_strategy": partialResponse},
		},
		// vmalert: app/vmalert/config/config.go; tenant is in the enterprise
		// edition.
		{
			name: "victoriametrics", foreign: true, templates: true,
			group: map[string]fieldType{
				"type": engine, "eval_offset": duration, "eval_delay": duration, "eval_alignment": boolean,
				"concurrency": number, "params": object, "headers": texts, "notifier_headers": texts,
				"tenant": text, "debug": boolean, "limit": number,
			},
			rule: map[string]fieldType{
				"debug": boolean, "update_entries_limit": number,
			},
		},
		// Loki: pkg/ruler/base reads Prometheus' own groups; remote_write and
		// namespace are lokitool's (pkg/tool/rules).
		{
			name: "loki", foreign: true, logs: true,
			file:  map[string]fieldType{"namespace": text},
			group: map[string]fieldType{"remote_write": list},
		},
	}
}

// Dialects returns the names of all dialects.
func Dialects() []string {
	var names []string
	for _, f := range families() {
		names = append(names, f.name)
	}
	return names
}

var version = regexp.MustCompile(`^v?([1-9][0-9]*)\.([0-9]+)(\.[0-9]+)?$`)

// ParseDialect reads the name of a dialect, behind which prometheus may have a
// version: "prometheus@2.53". The hint says what could have been meant.
func ParseDialect(name string) (d Dialect, hint string, err error) {
	program, at, versioned := strings.Cut(name, "@")
	for _, f := range families() {
		if f.name == program {
			d.family = &f
		}
	}
	switch {
	case name == "":
		return Dialect{}, "", nil
	case d.family == nil:
		if hint = diag.DidYouMean(program, Dialects()); hint == "" {
			hint = "there are: " + strings.Join(Dialects(), ", ")
		}
		return Dialect{}, hint, fmt.Errorf("there is no dialect %q", name)
	case !versioned:
		return d, "", nil
	case program != "prometheus":
		return Dialect{}, "leave it out", fmt.Errorf("only prometheus may have a version, not %q", name)
	}
	m := version.FindStringSubmatch(at)
	if m == nil {
		return Dialect{}, "write it as in prometheus@2.53", fmt.Errorf("%q is no version of Prometheus", at)
	}
	d.major, _ = strconv.Atoi(m[1])
	d.minor, err = strconv.Atoi(m[2])
	return d, "", err
}

// String returns the name of the dialect as ParseDialect reads it.
func (d Dialect) String() string {
	switch {
	case d.family == nil:
		return "prometheus"
	case d.major > 0:
		return fmt.Sprintf("%s@%d.%d", d.family.name, d.major, d.minor)
	}
	return d.family.name
}

// IsPrometheus reports whether Prometheus itself reads the rules.
func (d Dialect) IsPrometheus() bool { return d.family == nil || d.family.name == "prometheus" }

// IsPromQL reports whether what PromQL's parser reads of an expression is what
// the dialect's program reads.
func (d Dialect) IsPromQL() bool { return d.family == nil || !d.family.logs }

// FileFields are the fields that a rule file has beside its groups.
func (d Dialect) FileFields() []string {
	var fields []string
	if d.family != nil {
		for field := range d.family.file {
			fields = append(fields, field)
		}
	}
	return fields
}

// fieldType is what a dialect's own field holds.
type fieldType uint8

const (
	text fieldType = iota
	texts
	boolean
	number
	duration
	list
	object
	partialResponse
	engine
)

// complain says what is wrong with the value of a field, "" if nothing is.
func (t fieldType) complain(v bundle.Value) string {
	oneOf := func(words ...string) string {
		for _, w := range words {
			if strings.EqualFold(v.Text, w) {
				return ""
			}
		}
		return "must be one of " + strings.Join(words, ", ")
	}
	want := func(ok bool, what string) string {
		if ok || v.Kind == bundle.Null {
			return ""
		}
		return "must be " + what
	}
	switch t {
	case text:
		return want(v.Kind == bundle.String || v.Kind == bundle.Number, "a string")
	case texts:
		return want(v.Kind == bundle.Array, "a list of strings")
	case boolean:
		return want(v.Kind == bundle.Bool, "true or false")
	case number:
		_, err := strconv.Atoi(v.Text)
		return want(v.Kind == bundle.Number && err == nil, "a whole number")
	case duration:
		_, err := model.ParseDuration(v.Text)
		return want(err == nil, "a duration, such as 1m30s")
	case list:
		return want(v.Kind == bundle.Array, "a list")
	case object:
		return want(v.Kind == bundle.Map, "a map")
	case partialResponse:
		return oneOf("warn", "abort")
	case engine:
		return oneOf("prometheus", "graphite", "vlogs")
	}
	return ""
}
