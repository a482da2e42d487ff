package promconf

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
	"github.com/monctl/monctl/pkg/expr"
)

// A Dialect says which program reads the rules: which fields they may have
// beside those of Prometheus, and in which language expressions are. The zero
// value is the Prometheus that this binary was built with.
type Dialect struct {
	family *family
	// major and minor are those of an older Prometheus; 0 means the one of
	// this binary.
	major, minor int
	// Features are those of PromQL that are enabled where the rules run.
	Features expr.Features
}

// family is a program that reads rules. Its fields are added to those of
// Prometheus.
type family struct {
	name string
	// file, group and rule are the fields of each, with what they hold.
	file, group, rule map[string]fieldType
	// unknown are the fields of a group that Prometheus has and the program
	// refuses.
	unknown []string
	// language is that of the expressions.
	language language
	// templates says that templates have functions that Prometheus does not.
	templates bool
	// legacyNames says that names of labels and of recorded metrics are those of
	// Prometheus before 3.0.
	legacyNames bool
}

// language is what expressions are written in.
type language uint8

const (
	promQL language = iota
	// metricsQL is read by a parser of its own; PromQL is a part of it.
	metricsQL
	// logQL is not read. Prometheus' parser would misunderstand some of it.
	logQL
)

// families are all dialects: the fields of each are those that the Go types have
// which the program decodes rule groups into, as of August 2026. What its own
// command line tool takes and uploads counts, too.
func families() []family {
	return []family{
		{name: "prometheus"},
		// grafana/mimir: RuleGroup in model/rulefmt/rulefmt.go of its fork
		// grafana/mimir-prometheus. namespace is of RuleNamespace in
		// pkg/mimirtool/rules/rules.go, remote_write of mimirtool's
		// rwrulefmt.RuleGroup.
		{
			name: "mimir",
			file: map[string]fieldType{"namespace": text},
			group: map[string]fieldType{
				"source_tenants": texts, "align_evaluation_time_on_interval": boolean,
				"evaluation_delay": duration, "remote_write": remoteWrites,
			},
		},
		// thanos-io/thanos: configRuleAdapter in pkg/rules/manager.go, which takes
		// its own field away and gives the rest to Prometheus' loader.
		{
			name:  "thanos",
			group: map[string]fieldType{"partial_response_strategy": partialResponse},
		},
		// VictoriaMetrics/VictoriaMetrics: Group and Rule in
		// app/vmalert/config/config.go. Those of their fields that have no tag,
		// such as File, are decoded too, but are vmalert's own business. tenant is
		// in the enterprise edition (docs/victoriametrics/vmalert.md).
		{
			name: "victoriametrics", language: metricsQL, templates: true, unknown: []string{"query_offset"},
			group: map[string]fieldType{
				"type": engine, "eval_offset": vmDuration, "eval_delay": vmDuration, "eval_alignment": boolean,
				"concurrency": number, "params": parameters, "headers": headers, "notifier_headers": headers,
				"tenant": text, "debug": boolean, "limit": number,
			},
			rule: map[string]fieldType{
				"debug": boolean, "update_entries_limit": integer,
			},
		},
		// grafana/loki: GroupLoader in pkg/ruler/grouploader.go reads Prometheus'
		// own groups, ValidateGroups in pkg/ruler/compat.go judges them. namespace
		// is of RuleNamespace in pkg/tool/rules/rules.go, remote_write of
		// RuleGroup in pkg/tool/rules/rwrulefmt/rulefmt.go, which are lokitool's.
		{
			name: "loki", language: logQL, legacyNames: true,
			file:  map[string]fieldType{"namespace": text},
			group: map[string]fieldType{"remote_write": remoteWrites},
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

// String returns the name of the dialect as ParseDialect reads it, without its
// features.
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
func (d Dialect) IsPromQL() bool { return d.family == nil || d.family.language != logQL }

// foreignField returns what to do about an unknown field of a group or a rule
// that another program has, or "".
func foreignField(d diag.Diagnostic) string {
	tokens := strings.Split(d.Pointer, "/")
	if d.Code != "rules/unknown-field" || len(tokens) != 2 && len(tokens) != 4 {
		return ""
	}
	var names []string
	for _, f := range families() {
		fields := f.group
		if len(tokens) == 4 {
			fields = f.rule
		}
		if _, ok := fields[tokens[len(tokens)-1]]; ok {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "it is a field of the dialect " + strings.Join(names, " or ") + ": name the dialect if that program reads the rules"
}

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
